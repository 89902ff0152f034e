"""Named twins: an account, and the same account with one fact changed.

Each names the choices that the fact bears on, with the verdict before the change and after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MET, PARTIAL, NOT_MET, NOT_PROVEN = "met", "partial", "not_met", "not_proven"
MENDED, BROKEN = (NOT_MET, MET), (MET, NOT_MET)


@dataclass(frozen=True)
class Variant:
    """`account` with the facts of `base`, and the same with `fact` set to `value`."""

    name: str
    account: str
    fact: str
    value: str
    choices: Mapping[str, tuple[str, str]]
    base: Mapping[str, str] = field(default_factory=dict)

    @property
    def before(self) -> list[str]:
        """The options that start the twin without the change."""
        return ["--account", self.account, *(f"--set={key}={value}" for key, value in self.base.items())]

    @property
    def after(self) -> list[str]:
        """The options that start the twin with the change."""
        return [*self.before, f"--set={self.fact}={self.value}"]


_DEPLOYMENT_CHOICES = (
    "rel_tracking_change_management_automated_changemgmt",
    "sec_appsec_deploy_software_programmatically",
    "ops_dev_integ_build_mgmt_sys",
)
_SCALING_CHOICES = (
    "rel_adapt_to_changes_proactive_adapt_auto",
    "perf_compute_hardware_scale_compute_resources_dynamically",
    "sus_sus_user_a2",
)
_TRAIL_CHOICES = (
    "sec_detect_investigate_events_app_service_logging",
    "sec_incident_response_prepare_forensic",
    "sec_incident_response_pre_deploy_tools",
)
_TOLD_CHOICES = (
    "cost_cloud_financial_management_usage_report",
    "cost_govern_usage_controls",
    "perf_architecture_factor_cost_into_architectural_decisions",
)
# Whose account sees all that records it.
_NO_ORGANIZATION = {"quotas.template": "no-organization"}

VARIANTS = (
    # A fact that decides between met and not met.
    Variant(
        "quotas-without-alarms",
        "sound",
        "quotas.alarms",
        "none",
        {"rel_manage_service_limits_monitor_manage_limits": BROKEN},
        {"quotas.automation": "off"},
    ),
    Variant(
        "quotas-managed-automatically",
        "demo",
        "quotas.automation",
        "adjust",
        {"rel_manage_service_limits_automated_monitor_limits": MENDED},
        {"quotas.alarms": "none"},
    ),
    Variant(
        "quotas-with-headroom",
        "demo",
        "quotas.headroom",
        "ample",
        {"rel_manage_service_limits_suff_buffer_limits": (NOT_MET, PARTIAL)},
    ),
    Variant(
        "infrastructure-by-automation",
        "demo",
        "creations.by-hand",
        "none",
        {"rel_adapt_to_changes_autoscale_adapt": MENDED},
        {
            "creations.by-hand": "mostly",
            "instances.elastic": "all",
            "instances.untagged": "none",
            "launch.dev-sandbox": "terraform",
        },
    ),
    Variant(
        "groups-scale",
        "demo",
        "asg.policy",
        "target-tracking",
        dict.fromkeys(_SCALING_CHOICES, MENDED),
        {"instances.elastic": "all", "instances.untagged": "none"},
    ),
    Variant(
        "groups-do-not-scale",
        "sound",
        "asg.policy",
        "none",
        # That not all groups scale does not tell whether demand could be met otherwise.
        {**dict.fromkeys(_SCALING_CHOICES, BROKEN), "cost_manage_demand_resources_dynamic": (MET, NOT_PROVEN)},
    ),
    Variant(
        "web-group-suspended",
        "sound",
        "asg.suspended",
        "launch",
        {"cost_manage_demand_resources_dynamic": BROKEN, **dict.fromkeys(_SCALING_CHOICES, (MET, PARTIAL))},
    ),
    Variant(
        "deployments-by-pipeline",
        "demo",
        "deployments.by",
        "pipeline",
        dict.fromkeys(_DEPLOYMENT_CHOICES, MENDED),
        {"deployments.by": "console-always"},
    ),
    Variant(
        "deployments-by-hand",
        "sound",
        "deployments.by",
        "console-always",
        dict.fromkeys(_DEPLOYMENT_CHOICES, BROKEN),
    ),
    Variant(
        "networks-through-a-hub",
        "demo",
        "network.topology",
        "hub",
        {"rel_planning_network_topology_prefer_hub_and_spoke": MENDED},
        {"network.topology": "mesh"},
    ),
    Variant(
        "networks-meshed",
        "sound",
        "network.topology",
        "mesh",
        {"rel_planning_network_topology_prefer_hub_and_spoke": BROKEN},
    ),
    Variant(
        "network-changed-by-hand",
        "sound",
        "network.by-hand",
        "present",
        {"sec_network_protection_auto_protect": (PARTIAL, NOT_MET)},
    ),
    Variant(
        "ssh-open",
        "sound",
        "ssh.dev",
        "open",
        {
            "sec_network_protection_layered": (PARTIAL, NOT_MET),
            "sec_protect_compute_reduce_manual_management": (MET, NOT_MET),
        },
    ),
    # A fact that refutes; account state can at most support the choice.
    Variant(
        "root-user-with-access-keys",
        "sound",
        "root.access-keys",
        "present",
        {"sec_securely_operate_aws_account": (PARTIAL, NOT_MET)},
    ),
    Variant(
        "users-without-second-factor",
        "sound",
        "credentials.mfa",
        "none",
        {"sec_identities_enforce_mechanisms": (PARTIAL, NOT_MET)},
    ),
    Variant(
        "sign-in-without-mfa",
        "sound",
        "sign-in.mfa",
        "present",
        {"sec_identities_enforce_mechanisms": (PARTIAL, NOT_MET)},
    ),
    Variant(
        "root-at-work",
        "sound",
        "root.activity",
        "present",
        {"sec_securely_operate_aws_account": (PARTIAL, NOT_MET)},
    ),
    Variant(
        "trail-stopped",
        "sound",
        "trail.logging",
        "off",
        dict.fromkeys(_TRAIL_CHOICES, (PARTIAL, NOT_MET)),
        _NO_ORGANIZATION,
    ),
    Variant(
        "trail-in-one-region",
        "sound",
        "trail.regions",
        "one",
        dict.fromkeys(_TRAIL_CHOICES, (PARTIAL, NOT_MET)),
        _NO_ORGANIZATION,
    ),
    # A member account does not see whether its organization's event data store records what the trail no longer does.
    Variant(
        "member-trail-stopped",
        "sound",
        "trail.logging",
        "off",
        dict.fromkeys(_TRAIL_CHOICES, (PARTIAL, NOT_PROVEN)),
    ),
    Variant(
        "control-changed-by-hand",
        "sound",
        "controls.by-hand",
        "present",
        {"sec_securely_operate_automate_security_controls": (PARTIAL, NOT_MET)},
    ),
    Variant(
        "volume-left-behind",
        "sound",
        "volumes.unattached",
        "present",
        {
            "cost_decomissioning_resources_decommission": (PARTIAL, NOT_MET),
            "sus_sus_user_a4": (PARTIAL, NOT_MET),
            "sus_sus_software_a3": (PARTIAL, NOT_MET),
        },
    ),
    Variant(
        "volume-unencrypted",
        "sound",
        "volumes.dev-sandbox",
        "plain",
        {"sec_protect_data_rest_encrypt": (PARTIAL, NOT_MET)},
    ),
    Variant(
        "stack-stuck",
        "sound",
        "stacks.stuck",
        "present",
        {"ops_mit_deploy_risks_plan_for_unsucessful_changes": (PARTIAL, NOT_MET)},
    ),
    Variant(
        "web-group-in-one-zone",
        "sound",
        "asg.zones",
        "one",
        {"rel_fault_isolation_multiaz_region_system": (PARTIAL, NOT_MET)},
    ),
    Variant(
        "web-group-ignores-the-load-balancer",
        "sound",
        "asg.health-check",
        "EC2",
        {"rel_withstand_component_failures_auto_healing_system": (PARTIAL, NOT_MET)},
    ),
    Variant(
        "alarms-with-actions",
        "demo",
        "alarms.actions",
        "sns",
        {"ops_event_response_process_per_alert": (NOT_PROVEN, PARTIAL)},
    ),
    Variant(
        "budget-tells-somebody",
        "demo",
        "budgets",
        "told",
        dict.fromkeys((*_TOLD_CHOICES, "cost_monitor_usage_config_tools"), (NOT_PROVEN, PARTIAL)),
    ),
    Variant(
        "budget-tells-nobody",
        "sound",
        "budgets",
        "silent",
        dict.fromkeys(_TOLD_CHOICES, (PARTIAL, NOT_PROVEN)),
        {"cost.anomaly-monitor": "none"},
    ),
    Variant(
        "cost-anomalies-told",
        "demo",
        "cost.anomaly-monitor",
        "services",
        {"cost_cloud_financial_management_proactive_process": (NOT_PROVEN, PARTIAL)},
    ),
    Variant(
        "cost-told-apart-by-tags",
        "demo",
        "cost.tags",
        "active",
        {"cost_monitor_usage_define_attribution": (NOT_PROVEN, PARTIAL)},
    ),
    Variant(
        "guardduty-on-everywhere",
        "demo",
        "guardduty.eu-west-1",
        "enabled",
        {"sec_network_protection_inspection": (NOT_PROVEN, PARTIAL)},
    ),
)
