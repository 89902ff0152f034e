//! Whether an account sees what only an organization's management account sees.
//!
//! What proves it: an `AWS::Organizations::Organization` whose `master_account_id` is the account, or that the account is in no
//! organization at all, which the Service Quotas template says in so many words. A delegated administrator, an
//! `AWS::Organizations::DelegatedAdministrator` with the account's id, sees what the management account sees of the services that it
//! administers, and nothing of others. Nothing else proves anything: a complete listing in a member account is complete and blind.

use wellproof_model::{Evidence, Resource, Value};

use crate::organizations::DelegatedAdministrator;

/// The types that this reads.
pub const TYPES: [&str; 3] = [
    "AWS::Organizations::Organization",
    "AWS::Organizations::DelegatedAdministrator",
    "AWS::ServiceQuotas::TemplateAssociation",
];

/// Whose administrator sees the organization's trails and event data stores.
const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// The record that shows that `account` sees all that the management account does; none where nothing shows it.
pub fn of_everything<'e>(evidence: &'e Evidence, account: &str) -> Option<&'e Resource> {
    let says = |kind: &str, name: &str, word: &str| {
        evidence.of_type(kind).iter().find(|resource| {
            resource.account == account && resource.attributes.get(name).and_then(Value::as_str) == Some(word)
        })
    };
    says(TYPES[0], "master_account_id", account).or_else(|| says(TYPES[2], "status", "NO_ORGANIZATION"))
}

/// The record that shows that `account` sees what the management account does of CloudTrail; none where nothing shows it.
pub fn shown_by<'e>(evidence: &'e Evidence, account: &str) -> Option<&'e Resource> {
    // The management account's scan may be the one that says so.
    let administers = |resource: &&Resource| {
        let facts = resource.facts::<DelegatedAdministrator>();
        let services = facts.ok().and_then(|facts| facts.service_principals.known().cloned());
        resource.id == account && services.is_some_and(|services| services.iter().any(|it| it == CLOUDTRAIL))
    };
    of_everything(evidence, account).or_else(|| evidence.of_type(TYPES[1]).iter().find(administers))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use jiff::Timestamp;
    use wellproof_model::{Caller, GapId, Manifest, Map, Read};

    use super::*;
    use crate::Facts;
    use crate::organizations::Organization;
    use crate::quotas::TemplateAssociation;

    const ACCOUNT: &str = "111122223333";
    const OTHER: &str = "444455556666";

    /// What a scan of `account` says.
    fn record<T: Facts>(account: &str, id: &str, facts: &T) -> Resource {
        let mut resource = Resource {
            kind: T::TYPE.to_owned(),
            id: id.to_owned(),
            arn: None,
            account: account.to_owned(),
            region: "aws-global".to_owned(),
            tags: None,
            attributes: Map::default(),
            calls: Vec::new(),
            unread: BTreeMap::new(),
        };
        resource.set_facts(facts).unwrap();
        resource
    }

    fn organization(scanned: &str, master: &str) -> Resource {
        let facts = Organization {
            organization_id: "o-example".to_owned(),
            feature_set: "ALL".to_owned(),
            master_account_id: master.to_owned(),
            is_management_account: scanned == master,
        };
        record(scanned, "o-example", &facts)
    }

    fn administrator(scanned: &str, id: &str, service_principals: Read<Vec<String>>) -> Resource {
        record(scanned, id, &DelegatedAdministrator { administrator_account_id: id.to_owned(), service_principals })
    }

    fn of_services(services: &[&str]) -> Read<Vec<String>> {
        Read::Known(services.iter().map(|service| (*service).to_owned()).collect())
    }

    fn evidence(resources: Vec<Resource>) -> Evidence {
        let manifest = Manifest {
            schema: String::new(),
            tool_version: String::new(),
            rules_digest: String::new(),
            lenses_digest: String::new(),
            started_at: Timestamp::UNIX_EPOCH,
            ended_at: None,
            clock_skew_seconds: None,
            caller: Caller { arn: String::new(), account: ACCOUNT.to_owned() },
            regions: Vec::new(),
            regions_enabled: None,
            regions_off: Vec::new(),
            planned: Vec::new(),
            types: BTreeMap::new(),
            units: BTreeMap::new(),
            replayed_from: None,
        };
        let mut evidence = Evidence {
            manifest,
            digest: String::new(),
            resources: Vec::new(),
            listings: Vec::new(),
            gaps: BTreeMap::new(),
            calls: HashMap::new(),
        };
        evidence.extend(resources, Vec::new());
        evidence
    }

    #[test]
    fn a_member_account_is_shown_by_nothing() {
        let evidence = evidence(vec![
            organization(ACCOUNT, OTHER),
            administrator(ACCOUNT, OTHER, of_services(&["cloudtrail.amazonaws.com"])),
        ]);
        assert_eq!(shown_by(&evidence, ACCOUNT), None);
    }

    #[test]
    fn the_management_account_is_shown_by_its_organization_and_not_its_members() {
        let evidence = evidence(vec![organization(ACCOUNT, ACCOUNT), organization(OTHER, ACCOUNT)]);
        assert_eq!(of_everything(&evidence, ACCOUNT).map(|it| it.account.as_str()), Some(ACCOUNT));
        assert_eq!(shown_by(&evidence, OTHER), None);
    }

    #[test]
    fn a_delegated_administrator_sees_what_it_administers() {
        let shown = |services: Read<Vec<String>>| {
            let evidence = evidence(vec![organization(OTHER, ACCOUNT), administrator(ACCOUNT, OTHER, services)]);
            assert_eq!(of_everything(&evidence, OTHER), None);
            shown_by(&evidence, OTHER).is_some()
        };
        assert!(shown(of_services(&["cloudtrail.amazonaws.com", "guardduty.amazonaws.com"])));
        assert!(!shown(of_services(&["guardduty.amazonaws.com"])));
        assert!(!shown(Read::Unread(GapId::from("g-1"))));
    }

    #[test]
    fn an_account_in_no_organization_sees_all_there_is() {
        let facts = TemplateAssociation { status: Read::Known("NO_ORGANIZATION".to_owned()), entries: Read::Known(0) };
        let evidence = evidence(vec![record(ACCOUNT, "template", &facts)]);
        assert!(of_everything(&evidence, ACCOUNT).is_some());
        assert_eq!(of_everything(&evidence, OTHER), None);
    }
}
