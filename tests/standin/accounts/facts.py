"""The facts in which accounts may differ, each with its value in the two accounts that are kept.

`demo` is an account as reviews meet them, `sound` one in which all is well. Of the facts `render.…`, which the account `render`
alone has, the first value is what its reviewers found. Twins are an account and the same account with one fact changed; everything else, ids included, stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """One fact: what it says, its value in `demo` and in `sound`, and the values that it may have."""

    key: str
    says: str
    demo: str
    sound: str
    others: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """Every value, each once."""
        return tuple(dict.fromkeys((self.demo, self.sound, *self.others)))


FACTS = (
    Fact("addresses.unassociated", "an Elastic IP that nothing uses", "present", "none"),
    Fact("alarms.actions", "the alarms on the shop's API do something when they fire", "none", "sns"),
    Fact("alarms.anomaly", "an anomaly detector that is trained", "none", "trained"),
    Fact("alarms.data", "the alarm on the order queue has data", "lacking", "present"),
    Fact("alarms.root-use", "an alarm on the root user's activity, fed by the trail", "none", "present"),
    Fact("alarms.stale", "the alarm on the API's errors, and for how long it has been firing", "firing", "ok"),
    Fact("asg.health-check", "what the web group takes for unhealthy", "EC2", "ELB"),
    Fact("asg.instance-types", "how many instance types the web group may choose from", "one", "several"),
    Fact("asg.notifications", "whether the groups tell a topic when they replace instances", "none", "sns"),
    Fact("asg.policy", "what changes the size of the groups", "none", "target-tracking"),
    Fact("asg.suspended", "whether launching is suspended in the web group", "none", "none", ("launch",)),
    Fact("asg.zones", "how many Availability Zones the web group covers", "one", "two"),
    Fact("backups.restored", "whether a backup was restored in the last 90 days", "none", "present"),
    Fact("budgets", "a monthly budget of the account's cost, and whether it tells anybody", "none", "told", ("silent",)),
    Fact("config.conformance-pack", "a conformance pack in us-east-1", "none", "deployed"),
    Fact("config.delivery", "whether the recorder in us-east-1 delivers", "working", "working", ("failing",)),
    Fact("config.owner-tag", "whether a Config rule demands an owner tag", "none", "present"),
    Fact("config.regions", "where AWS Config records", "us-east-1", "all"),
    Fact("config.remediation", "whether a Config rule remedies what breaks it", "none", "automatic"),
    Fact("config.rules", "what the Config rules in us-east-1 find", "non-compliant", "compliant", ("none",)),
    Fact("contacts.billing", "a billing contact", "set", "set", ("missing",)),
    Fact("contacts.operations", "an operations contact", "set", "set", ("missing",)),
    Fact("contacts.security", "a security contact", "missing", "set"),
    Fact("controls.by-hand", "somebody switched a control off from the console", "present", "none"),
    Fact("cost.anomaly-monitor", "what watches for unusual cost, and tells at once", "none", "services"),
    Fact("cost.tags", "whether cost is told apart by tags of the account's own", "inactive", "active"),
    Fact("creations.by-hand", "what somebody created in the console: a database, or nearly everything", "present", "none", ("mostly",)),
    Fact("credentials.access-key", "the age of the access key that bob works with", "old", "recent", ("none",)),
    Fact("credentials.mfa", "which users have a second factor", "some", "all", ("none",)),
    Fact("dashboards", "a dashboard with the shop's metrics and alarms", "none", "present"),
    Fact("default-groups", "whether default security groups have rules", "open", "closed"),
    Fact("default-vpcs", "whether default VPCs have anything in them", "used", "empty"),
    Fact("deployments.by", "who made the latest deployment, or all of them", "console", "pipeline", ("cli", "console-always")),
    Fact("ebs.encryption-default", "where new volumes are encrypted by default", "us-east-1", "all"),
    Fact("endpoints.s3", "a gateway endpoint for S3 in the production VPC", "none", "present"),
    Fact("events.root-sign-in", "an event rule that tells a topic when the root user signs in", "none", "present"),
    Fact("flow-logs", "which VPCs log their traffic", "production", "all", ("none",)),
    Fact("groups.in-stacks", "which security groups belong to stacks", "production", "all"),
    Fact("guardduty.destination", "whether findings are exported", "none", "s3"),
    Fact("guardduty.eu-west-1", "GuardDuty in eu-west-1", "absent", "enabled", ("suspended",)),
    Fact("guardduty.findings", "unarchived findings of high severity in us-east-1", "old", "none", ("new",)),
    Fact("guardduty.protections", "which protections GuardDuty has on", "few", "all"),
    Fact("images.age", "how old the image of the dev sandbox is", "old", "recent"),
    Fact("imds.dev-sandbox", "whether the dev sandbox demands IMDSv2", "optional", "required"),
    Fact("instances.elastic", "which instances belong to Auto Scaling groups", "web", "all"),
    Fact("instances.stopped", "when the load test's instance was stopped", "long-ago", "recently", ("never-was",)),
    Fact("instances.untagged", "an instance without tags that no stack launched", "present", "none"),
    Fact("launch.dev-sandbox", "who launched the dev sandbox", "console", "terraform"),
    Fact("logins.interactive", "somebody logged in to an instance through Session Manager", "present", "none"),
    Fact("metrics.agent", "whether instances publish memory and disk metrics", "none", "present"),
    Fact("metrics.custom", "the application publishes metrics of its own", "none", "present"),
    Fact("nat.zones", "where the private subnets' NAT gateways are", "one", "each"),
    Fact("network.acls", "which network ACLs the subnets in use have", "default", "own"),
    Fact("network.by-hand", "somebody opened a security group from the console", "present", "none"),
    Fact("network.topology", "how the analytics network and three more in eu-west-1 are joined", "none", "hub", ("mesh",)),
    Fact("organization.seat", "its place in its organization", "delegate", "delegate", ("management", "member")),
    Fact("profile.dev-sandbox", "whether the dev sandbox has an instance profile", "missing", "present"),
    Fact("quotas.alarm-firing", "a quota alarm that nobody answers", "unanswered", "quiet", ("answered",)),
    Fact("quotas.alarms", "which quotas in use have an alarm", "one", "all", ("none",)),
    Fact("quotas.automation", "Automatic Management of quotas", "off", "adjust", ("notify",)),
    Fact("quotas.fixed", "how near a quota is that AWS cannot raise", "near", "far"),
    Fact("quotas.headroom", "how much room the vCPU quota in us-east-1 leaves", "tight", "ample", ("exhausted",)),
    Fact("quotas.template", "a quota template for new accounts", "none", "associated", ("no-organization",)),
    Fact("recovery.dev-sandbox", "whether the dev sandbox restarts when its host fails", "disabled", "default"),
    Fact("render.acls", "the network ACL of the farm's subnets", "default", "own"),
    Fact("render.alarms", "what the farm's alarms do when they fire", "none", "sns"),
    Fact("render.anomalies", "a cost anomaly monitor, and somebody who hears of it", "none", "told"),
    Fact("render.budget", "a budget that tells somebody", "none", "told"),
    Fact("render.config", "whether AWS Config records", "off", "on"),
    Fact("render.config-root", "whether an AWS Config rule checks the root user", "none", "present"),
    Fact("render.cost-tags", "whether a tag tells cost apart", "none", "active"),
    Fact("render.guardduty", "GuardDuty, in all regions", "off", "on"),
    Fact("render.health-check", "what the burst group takes for unhealthy", "EC2", "ELB"),
    Fact("render.launched-by", "what starts GPU nodes: Terraform and people, or stacks", "mixed", "cloudformation"),
    Fact("render.quotas", "whether the quotas in use have alarms", "unwatched", "watched"),
    Fact("render.root-watch", "an EventBridge rule on sign-ins of the root user", "none", "event-rule"),
    Fact("render.security-access", "a role that the security account may assume", "none", "role"),
    Fact("render.told", "an EventBridge rule that passes security findings on", "none", "findings"),
    Fact("render.trail", "where the trail delivers to", "bucket", "log-group"),
    Fact("render.zones", "how many Availability Zones the burst group covers", "one", "two"),
    Fact("roles.partner", "a role that a partner's account may assume", "present", "none"),
    Fact("root.access-keys", "whether the root user has an access key", "present", "none"),
    Fact("root.activity", "the root user did ordinary work", "present", "none"),
    Fact("root.mfa", "whether the root user has a second factor", "on", "on", ("off",)),
    Fact("sharing.images", "whether images may be made public", "unblocked", "blocked"),
    Fact("sharing.snapshots", "whether snapshots may be made public", "unblocked", "blocked"),
    Fact("sign-in.mfa", "a console sign-in without a second factor", "present", "none"),
    Fact("snapshots.images", "whether the snapshot behind the old image is encrypted", "plain", "encrypted"),
    Fact("snapshots.orphaned", "an old snapshot of a volume that is gone", "present", "none"),
    Fact("ssh.dev", "whether the dev network takes SSH from the whole internet", "open", "closed"),
    Fact("stacks.drift", "what the last drift detection on the web stack found", "drifted-long-ago", "in-sync"),
    Fact("stacks.stuck", "a stack whose rollback failed", "none", "none", ("present",)),
    Fact("stacks.termination-protection", "termination protection of the production stacks", "off", "on"),
    Fact("topics.subscribers", "whether those whom the topics are to tell have confirmed it", "pending", "confirmed"),
    Fact("trail.cloudwatch-logs", "whether the trail feeds CloudWatch Logs", "none", "group"),
    Fact("trail.data-events", "whether the trail records data events", "none", "s3"),
    Fact("trail.delivery", "whether the trail delivers", "working", "working", ("failing",)),
    Fact("trail.insights", "whether the trail looks for unusual activity", "off", "on"),
    Fact("trail.kms", "whether the trail's files are encrypted with a key of the account", "none", "key"),
    Fact("trail.logging", "whether the trail logs", "on", "on", ("off",)),
    Fact("trail.regions", "how many regions the trail covers", "all", "all", ("one",)),
    Fact("trail.validation", "whether the trail's files can be validated", "on", "on", ("off",)),
    Fact("volumes.dev-sandbox", "whether the dev sandbox's volume is encrypted", "plain", "encrypted"),
    Fact("volumes.unattached", "a volume that has been unattached for long", "present", "none"),
)

BY_KEY = {fact.key: fact for fact in FACTS}
