//! Which ports a security group opens to the whole internet.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

use wellproof_facts::Facts;
use wellproof_facts::ec2::{PrefixList, SecurityGroup, SecurityGroupRule};
use wellproof_model::{GapId, Read, Resource};

use crate::cite::Cite;
use crate::join::{Index, Known, Place, all, any};

/// Ports of administration, file sharing, databases, caches, search, dashboards and brokers.
///
/// Ports that are as often the application's own are left out, such as 7000, 8888 or 50000, and those of mail, FTP and MQTT, which serve
/// the public.
const SENSITIVE_PORTS: &[u16] = &[
    22, 23, 111, 135, 139, 161, 389, 445, 873, 1433, 1434, 1521, 2049, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 5432,
    5439, 5601, 5672, 5900, 5984, 5985, 5986, 6379, 7199, 7474, 7687, 8086, 8161, 8182, 8983, 9042, 9092, 9160, 9200,
    9300, 10250, 11211, 15672, 27017, 27018, 27019, 50070, 61616,
];
/// Those of them on which something also listens for UDP.
const SENSITIVE_UDP_PORTS: &[u16] = &[111, 161, 389, 1434, 2049, 11211];
const WEB_PORTS: &[u16] = &[80, 443];
const REMOTE_LOGIN_PORTS: &[u16] = &[22, 3389];

/// Ranges that no host on the internet has. A group that lets in everything else lets in the internet.
const NOT_INTERNET: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
];
/// Every address of the internet of version 6.
const INTERNET_V6: &str = "2000::/3";

/// What of a security group the whole internet may reach.
#[derive(Debug)]
pub(crate) struct Openness<'e> {
    pub(crate) at_all: Known<bool>,
    /// Whether it may reach some port, or a protocol without ports but ICMP, over IPv4.
    pub(crate) over_v4: Known<bool>,
    pub(crate) all_ports: Known<bool>,
    pub(crate) remote_login: Known<bool>,
    pub(crate) sensitive_ports: Known<Vec<i64>>,
    pub(crate) web: Known<bool>,
    pub(crate) cite: Cite<'e>,
}

/// Prefix lists by id: their record and their ranges, none for AWS's own.
pub(crate) type PrefixLists<'e> = Index<'e, &'e str, (&'e Resource, Read<Option<Vec<String>>>)>;

pub(crate) fn prefix_lists<'e>(place: &Place<'e>) -> PrefixLists<'e> {
    let (rows, listed) =
        place.read(PrefixList::TYPE, |resource, list: PrefixList| (resource.id.as_str(), (resource, list.entries)));
    Index::new(rows, listed)
}

/// First and last address, as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    first: u128,
    last: u128,
}

#[derive(Clone, Copy, Debug)]
enum Range {
    V4(Span),
    V6(Span),
}

fn range(cidr: &str) -> Option<Range> {
    let (address, bits) = cidr.split_once('/')?;
    let bits: u32 = bits.parse().ok()?;
    let span = |address: u128, width: u32| {
        let host = width.checked_sub(bits)?;
        let size = if host >= 128 { u128::MAX } else { (1_u128 << host) - 1 };
        Some(Span { first: address & !size, last: address | size })
    };
    if let Ok(address) = address.parse::<Ipv4Addr>() {
        return span(u32::from(address).into(), 32).map(Range::V4);
    }
    address.parse::<Ipv6Addr>().ok().and_then(|address| span(u128::from(address), 128)).map(Range::V6)
}

fn covers(mut spans: Vec<Span>, whole: Span) -> bool {
    spans.sort_unstable();
    let mut next = whole.first;
    for span in spans {
        if span.first > next {
            return false;
        }
        if span.last >= whole.last {
            return true;
        }
        next = next.max(span.last + 1);
    }
    false
}

fn is_internet(ranges: &[Range]) -> bool {
    is_internet_v4(ranges) || is_internet_v6(ranges)
}

fn is_internet_v4(ranges: &[Range]) -> bool {
    let v4 = |range: &Range| match range {
        Range::V4(span) => Some(*span),
        Range::V6(_) => None,
    };
    let mut spans: Vec<Span> = ranges.iter().filter_map(v4).collect();
    if spans.is_empty() {
        return false;
    }
    spans.extend(NOT_INTERNET.iter().filter_map(|cidr| range(cidr)).filter_map(|range| v4(&range)));
    covers(spans, Span { first: 0, last: u32::MAX.into() })
}

fn is_internet_v6(ranges: &[Range]) -> bool {
    let v6 = |range: &Range| match range {
        Range::V6(span) => Some(*span),
        Range::V4(_) => None,
    };
    let spans: Vec<Span> = ranges.iter().filter_map(v6).collect();
    range(INTERNET_V6).and_then(|range| v6(&range)).is_some_and(|whole| covers(spans, whole))
}

/// Where one entry lets in from.
struct Source<'r> {
    rule: &'r SecurityGroupRule,
    ranges: Vec<Range>,
    /// Why there may be more ranges.
    unread: Option<GapId>,
}

impl<'r> Source<'r> {
    fn of<'e>(place: &Place<'e>, rule: &'r SecurityGroupRule, lists: &PrefixLists<'e>, cite: &mut Cite<'e>) -> Self {
        let mut ranges: Vec<Range> =
            [&rule.cidr_ipv4, &rule.cidr_ipv6].into_iter().flatten().filter_map(|cidr| range(cidr)).collect();
        let mut unread = None;
        if let Some(id) = &rule.prefix_list_id {
            match lists.find(id.as_str(), cite) {
                Ok(Some((resource, entries))) => {
                    cite.fact(resource);
                    match entries {
                        Read::Known(entries) => {
                            ranges.extend(entries.iter().flatten().filter_map(|cidr| range(cidr)));
                        }
                        Read::Unread(gap) => unread = Some(gap.clone()),
                    }
                }
                Ok(None) => unread = Some(place.not_visible(PrefixList::TYPE, id)),
                Err(gap) => unread = Some(gap),
            }
        }
        Self { rule, ranges, unread }
    }

    fn is_for(&self, protocol: &str) -> bool {
        let own = self.rule.protocol.as_str();
        own == "-1" || protocol_name(own) == protocol
    }

    fn holds(&self, port: u16) -> bool {
        let (first, last) = self.ports();
        (first..=last).contains(&i64::from(port))
    }

    fn ports(&self) -> (i64, i64) {
        match (self.rule.from_port, self.rule.to_port) {
            (Some(first), Some(last)) if first >= 0 && self.rule.protocol != "-1" => (first, last),
            _ => (0, u16::MAX.into()),
        }
    }
}

fn protocol_name(protocol: &str) -> &str {
    match protocol {
        "6" => "tcp",
        "17" => "udp",
        "1" => "icmp",
        "58" => "icmpv6",
        other => other,
    }
}

/// Whether these entries together let in what `is_whole` says is the whole internet.
fn opened<'s, 'r: 's>(sources: impl Iterator<Item = &'s Source<'r>>, is_whole: fn(&[Range]) -> bool) -> Known<bool> {
    let mut ranges = Vec::new();
    let mut unread: Option<&GapId> = None;
    for source in sources {
        ranges.extend_from_slice(&source.ranges);
        unread = unread.or(source.unread.as_ref());
    }
    if is_whole(&ranges) {
        return Ok(true);
    }
    unread.map_or(Ok(false), |gap| Err(gap.clone()))
}

impl<'e> Openness<'e> {
    pub(crate) fn of(
        place: &Place<'e>,
        resource: &'e Resource,
        group: &SecurityGroup,
        lists: &PrefixLists<'e>,
    ) -> Self {
        let mut cite = Cite::default();
        cite.fact(resource);
        let sources: Vec<Source<'_>> =
            group.ingress.iter().map(|rule| Source::of(place, rule, lists, &mut cite)).collect();
        let at = |protocol: &str, port: u16| {
            opened(sources.iter().filter(|source| source.is_for(protocol) && source.holds(port)), is_internet)
        };
        // Between two neighbouring edges every port is open to the same sources.
        let edges = |protocol: &str| {
            let mut edges = BTreeSet::from([0_u16]);
            for source in sources.iter().filter(|source| source.is_for(protocol)) {
                let (first, last) = source.ports();
                edges.extend(u16::try_from(first).ok());
                edges.extend(u16::try_from(last.saturating_add(1)).ok());
            }
            edges
        };
        let tcp: Vec<Known<bool>> = edges("tcp").into_iter().map(|port| at("tcp", port)).collect();
        let udp = edges("udp").into_iter().map(|port| at("udp", port));
        let ports_v4 = ["tcp", "udp"].into_iter().flat_map(|protocol| {
            let sources = &sources;
            edges(protocol).into_iter().map(move |port| {
                let there = sources.iter().filter(|source| source.is_for(protocol) && source.holds(port));
                opened(there, is_internet_v4)
            })
        });
        let others: BTreeSet<(&str, Option<i64>, Option<i64>)> = group
            .ingress
            .iter()
            .map(|rule| (protocol_name(&rule.protocol), rule.from_port, rule.to_port))
            .filter(|(protocol, ..)| !matches!(*protocol, "tcp" | "udp" | "-1"))
            .collect();
        let other = |&(protocol, first, last): &(&str, Option<i64>, Option<i64>), is_whole| {
            let alike = sources.iter().filter(|source| {
                let rule = source.rule;
                source.is_for(protocol) && (rule.protocol == "-1" || (rule.from_port, rule.to_port) == (first, last))
            });
            opened(alike, is_whole)
        };
        let but_icmp = others.iter().filter(|(protocol, ..)| !protocol.starts_with("icmp"));
        let sensitive = SENSITIVE_PORTS.iter().map(|port| {
            let udp = if SENSITIVE_UDP_PORTS.contains(port) { at("udp", *port) } else { Ok(false) };
            (*port, any([at("tcp", *port), udp]))
        });
        let sensitive: Vec<(u16, Known<bool>)> = sensitive.collect();
        Self {
            over_v4: any(ports_v4.chain(but_icmp.map(|it| other(it, is_internet_v4)))),
            at_all: any(tcp.iter().cloned().chain(udp).chain(others.iter().map(|it| other(it, is_internet)))),
            all_ports: all(tcp),
            remote_login: any(REMOTE_LOGIN_PORTS.iter().map(|port| at("tcp", *port))),
            sensitive_ports: open_ports(sensitive),
            web: any(WEB_PORTS.iter().map(|port| at("tcp", *port))),
            cite,
        }
    }
}

fn open_ports(ports: Vec<(u16, Known<bool>)>) -> Known<Vec<i64>> {
    let mut open = Vec::new();
    for (port, known) in ports {
        if known? {
            open.push(i64::from(port));
        }
    }
    Ok(open)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn internet(cidrs: &[&str]) -> bool {
        is_internet(&cidrs.iter().filter_map(|cidr| range(cidr)).collect::<Vec<_>>())
    }

    #[test]
    fn ranges_that_add_up_are_the_internet() {
        assert!(internet(&["0.0.0.0/0"]));
        assert!(internet(&["::/0"]));
        assert!(internet(&["2000::/3"]));
        assert!(internet(&["128.0.0.0/1", "0.0.0.0/1"]));
        // All but the private ranges.
        assert!(internet(&[
            "1.0.0.0/8",
            "2.0.0.0/7",
            "4.0.0.0/6",
            "8.0.0.0/7",
            "11.0.0.0/8",
            "12.0.0.0/6",
            "16.0.0.0/4",
            "32.0.0.0/3",
            "64.0.0.0/2",
            "128.0.0.0/1"
        ]));
        assert!(!internet(&["0.0.0.0/1"]));
        assert!(!internet(&["10.0.0.0/8"]));
        assert!(!internet(&[]));
        assert!(!internet(&["nonsense", "0.0.0.0/99", "::/129"]));
        assert!(!internet(&["2000::/4"]));
    }
}
