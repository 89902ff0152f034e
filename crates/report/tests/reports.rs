//! The reports of a made-up review, and what holds of them for every document.

#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

mod sample;

use proptest::prelude::*;
use wellproof_answers::document::{Document, PrincipleLine, ReviewLine};
use wellproof_report::{TextOptions, html, json, markdown, text};

fn written(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn text_starts_with_what_matters() {
    insta::assert_snapshot!(written(|out| text(&sample::small(), &TextOptions::default(), out)));
}

#[test]
fn text_shows_all_on_request() {
    let options = TextOptions { all: true, width: 80, ..TextOptions::default() };
    insta::assert_snapshot!(written(|out| text(&sample::small(), &options, out)));
}

#[test]
fn colours_only_repeat_what_the_words_say() {
    let document = sample::small();
    let plain = written(|out| text(&document, &TextOptions::default(), out));
    let colored = written(|out| text(&document, &TextOptions { color: true, ..TextOptions::default() }, out));
    let mut stripped = String::new();
    let mut rest = colored.as_str();
    while let Some(at) = rest.find('\x1b') {
        stripped.push_str(&rest[..at]);
        rest = &rest[at + rest[at..].find('m').unwrap() + 1..];
    }
    stripped.push_str(rest);
    assert_ne!(plain, colored);
    assert_eq!(plain, stripped);
}

#[test]
fn markdown_fits_a_ticket() {
    insta::assert_snapshot!(written(|out| markdown(&sample::small(), out)));
}

#[test]
fn json_reads_back_as_the_same_document() {
    let document = sample::small();
    let shown = written(|out| json(&document, out));
    assert!(shown.ends_with("}\n"));
    assert_eq!(serde_json::from_str::<Document>(&shown).unwrap(), document);
}

#[test]
fn an_unfinished_snapshot_is_not_called_a_damaged_one() {
    let mut document = sample::small();
    let mut reports = |unfinished, damaged| {
        let snapshot = &mut document.snapshot;
        (snapshot.verified, snapshot.unfinished, snapshot.damaged) = (false, unfinished, damaged);
        let wide = TextOptions { width: 400, ..TextOptions::default() };
        [
            written(|out| text(&document, &wide, out)),
            written(|out| markdown(&document, out)),
            written(|out| html(&document, out)),
        ]
    };
    let (unfinished, hashes) = ("scan of this snapshot did not finish", "do not match their hashes");
    for report in reports(true, false) {
        assert!(report.contains(unfinished) && !report.contains(hashes));
        assert!(!report.to_lowercase().contains("not verified"));
    }
    for report in reports(false, true) {
        assert!(!report.contains(unfinished) && report.contains(hashes));
    }
    for report in reports(true, true) {
        assert!(report.contains(unfinished) && report.contains(hashes));
    }
    // A document of before the two were told apart.
    assert!(reports(false, false).iter().all(|report| report.contains(hashes)));
}

#[test]
fn a_lens_without_principles_has_no_table_of_them() {
    let mut document = sample::small();
    let mut shown = || {
        let reports = [
            written(|out| text(&document, &TextOptions::default(), out)),
            written(|out| markdown(&document, out)),
            written(|out| html(&document, out)),
        ];
        document.principles.clear();
        reports.map(|report| report.to_lowercase().contains("principle"))
    };
    assert_eq!(shown(), [true; 3]);
    let without = written(|out| html(&document, out));
    assert!(!without.contains("id=\"principles\""));
}

#[test]
fn the_worst_choice_of_a_principle_comes_first() {
    let mut document = sample::small();
    document.principles.truncate(1);
    let verdicts = |document: &Document| {
        let page = written(|out| html(document, out));
        let list = page.split_once("class=\"speakers\"").unwrap().1.split_once("</ul>").unwrap().0.to_owned();
        list.split("class=\"badge ").skip(1).map(|it| it.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let shown = verdicts(&document);
    let order = ["not_met", "partial", "not_proven", "met", "not_applicable"];
    let places: Vec<_> = shown.iter().map(|it| order.iter().position(|known| known == it).unwrap()).collect();
    assert_eq!(shown.len(), document.principles[0].choices.len());
    assert!(places.is_sorted() && places[0] < places[places.len() - 1], "{shown:?}");
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let document = sample::small();
    assert_eq!(written(|out| html(&document, out)), written(|out| html(&document, out)));
    assert_eq!(written(|out| json(&document, out)), written(|out| json(&document, out)));
}

#[test]
fn a_page_of_100_000_resources_stays_small_enough_to_open() {
    let page = written(|out| html(&sample::large(), out));
    assert!(page.len() < 16 << 20, "{} bytes", page.len());
    assert!(page.contains("more resources not listed here"));
    assert!(page.contains("and 1,234 more calls"));
}

/// At scale most of what was judged is on no list, and what was not read is on none at all.
#[test]
fn a_choice_is_found_by_every_place_of_its_evidence() {
    let mut document = sample::small();
    let choice = &document.questions[0].choices[0];
    let (id, rule) = (choice.id.clone(), choice.rules[0].id.clone());
    let gap = document.gaps[0].id.clone();
    document.gaps[0].unit = "quotas/999900009999/eu-gap-1".to_owned();
    let line = document.rules.get_mut(&rule).unwrap();
    (line.accounts, line.regions, line.gaps) = (vec!["888800008888".into()], vec!["eu-unlisted-1".into()], vec![gap]);
    let page = written(|out| html(&document, out));
    let options = |select: &str| {
        let select = page.split_once(&format!("id=\"{select}\"")).unwrap().1.split_once("</select>").unwrap().0;
        let options = select.split("value=\"").skip(1).map(|rest| rest.split_once("\">").unwrap());
        options.map(|(key, rest)| (rest.split('<').next().unwrap(), key)).collect::<std::collections::HashMap<_, _>>()
    };
    let place = page.split_once(&format!(".choice-{id}\"")).unwrap().1;
    let keys = |name: &str| {
        let keys = place.split_once(&format!("{name}=\"")).unwrap().1.split('"').next().unwrap();
        keys.split(' ').collect::<Vec<_>>()
    };
    let (accounts, regions) = (keys("data-accounts"), keys("data-regions"));
    for account in ["888800008888", "999900009999"] {
        assert!(accounts.contains(&options("filter-account")[account]), "{account}");
    }
    for region in ["eu-unlisted-1", "eu-gap-1"] {
        assert!(regions.contains(&options("filter-region")[region]), "{region}");
    }
}

#[test]
fn every_report_names_lens_and_edition() {
    let document = sample::small();
    let reports = [
        written(|out| text(&document, &TextOptions::default(), out)),
        written(|out| markdown(&document, out)),
        written(|out| html(&document, out)),
        written(|out| json(&document, out)),
    ];
    for report in reports {
        assert!(report.contains("AWS Well-Architected Framework") && report.contains("2024-11"));
    }
}

#[test]
fn every_link_within_the_page_leads_somewhere() {
    for document in [sample::small(), sample::large()] {
        let page = written(|out| html(&document, out));
        let ids: std::collections::HashSet<&str> =
            page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        for target in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(ids.contains(target), "{target} leads nowhere");
        }
    }
}

#[test]
fn ten_megabytes_in_one_name_do_not_reach_a_report() {
    let mut document = sample::small();
    let long = "x".repeat(10 << 20);
    document.questions[0].choices[0].rules[0].resources[0].id.clone_from(&long);
    document.questions[0].choices[0].note.clone_from(&long);
    document.scope.workload = Some(long);
    for report in [
        written(|out| text(&document, &TextOptions { all: true, ..TextOptions::default() }, out)),
        written(|out| markdown(&document, out)),
        written(|out| html(&document, out)),
    ] {
        assert!(report.len() < 1 << 20);
        assert!(report.contains("10,485,760 bytes in all"));
    }
}

/// Every string of a document replaced, in turn, by one of `strings`.
fn replaced(document: &Document, strings: &[String]) -> Document {
    let mut document = document.clone();
    let mut next = strings.iter().cycle();
    let mut put = |slot: &mut String| slot.clone_from(next.next().unwrap());
    put(&mut document.lens.id);
    put(&mut document.lens.name);
    put(&mut document.lens.edition);
    put(&mut document.snapshot.digest);
    put(&mut document.snapshot.caller);
    put(&mut document.snapshot.tool_version);
    document.snapshot.accounts.iter_mut().for_each(&mut put);
    document.snapshot.regions.iter_mut().for_each(&mut put);
    document.snapshot.regions_not_scanned.iter_mut().flatten().for_each(&mut put);
    put(&mut document.scope.sentence);
    document.scope.workload.iter_mut().for_each(&mut put);
    document.scope.exclusions.iter_mut().for_each(&mut put);
    if let Some(review) = &mut document.review {
        put_review(review, &mut put);
    }
    for pillar in &mut document.pillars {
        put(&mut pillar.id);
        put(&mut pillar.name);
    }
    document.principles.iter_mut().for_each(|line| put_principle(line, &mut put));
    for fix in &mut document.fix_first {
        put(&mut fix.fix);
        fix.rules.iter_mut().chain(&mut fix.lowers).for_each(&mut put);
    }
    for question in &mut document.questions {
        for slot in [
            &mut question.id,
            &mut question.number,
            &mut question.title,
            &mut question.pillar,
            &mut question.note,
            &mut question.risk_basis,
        ] {
            put(slot);
        }
        for choice in &mut question.choices {
            for slot in [&mut choice.id, &mut choice.title, &mut choice.reason, &mut choice.note] {
                put(slot);
            }
            for slot in [&mut choice.number, &mut choice.url, &mut choice.ask, &mut choice.hint] {
                slot.iter_mut().for_each(&mut put);
            }
            if let Some(people) = &mut choice.people {
                put(&mut people.notes);
                put(&mut people.reason);
            }
            if let Some(later) = &mut choice.succeeded_by {
                put(&mut later.title);
            }
            for rule in &mut choice.rules {
                put(&mut rule.id);
                put(&mut rule.weight);
                for resource in &mut rule.resources {
                    for slot in [&mut resource.kind, &mut resource.id, &mut resource.account, &mut resource.region] {
                        put(slot);
                    }
                    resource.arn.iter_mut().chain(&mut resource.calls).for_each(&mut put);
                }
            }
            for citation in &mut choice.citations {
                for slot in [
                    &mut citation.call,
                    &mut citation.service,
                    &mut citation.operation,
                    &mut citation.account,
                    &mut citation.region,
                    &mut citation.sha256,
                ] {
                    put(slot);
                }
                citation.request_id.iter_mut().for_each(&mut put);
            }
        }
    }
    for gap in &mut document.gaps {
        for slot in [&mut gap.id, &mut gap.unit, &mut gap.what, &mut gap.message] {
            put(slot);
        }
        gap.actions.iter_mut().for_each(&mut put);
    }
    document.rules = document
        .rules
        .values()
        .cloned()
        .map(|mut line| {
            let mut id = String::new();
            put(&mut id);
            put(&mut line.title);
            put(&mut line.basis);
            line.fix.iter_mut().chain(&mut line.note).chain(&mut line.gaps).for_each(&mut put);
            (id, line)
        })
        .collect();
    document
}

/// [`replaced`] for a principle.
fn put_principle(line: &mut PrincipleLine, put: &mut impl FnMut(&mut String)) {
    for slot in [&mut line.id, &mut line.title, &mut line.asks, &mut line.aws, &mut line.url] {
        put(slot);
    }
    line.choices.iter_mut().for_each(|it| it.number.iter_mut().for_each(&mut *put));
}

/// [`replaced`] for what people answered.
fn put_review(review: &mut ReviewLine, put: &mut impl FnMut(&mut String)) {
    for slot in [&mut review.source, &mut review.sha256, &mut review.workload] {
        put(slot);
    }
    review.missing.iter_mut().chain(&mut review.unknown).for_each(&mut *put);
    for it in review.contradicted.iter_mut().chain(&mut review.undersold) {
        for slot in [&mut it.question, &mut it.number, &mut it.choice, &mut it.title, &mut it.note] {
            put(slot);
        }
    }
    for it in &mut review.called_off {
        for slot in [&mut it.question, &mut it.number, &mut it.title, &mut it.reason, &mut it.note] {
            put(slot);
        }
        it.types.iter_mut().chain(&mut it.rules).for_each(&mut *put);
    }
}

/// Elements and attributes by name, in the order of the page.
fn tags(page: &str) -> std::collections::BTreeSet<String> {
    let mut tags = std::collections::BTreeSet::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let name: String = rest.chars().take_while(|c| !c.is_whitespace() && *c != '>').collect();
        tags.insert(name);
    }
    tags
}

fn anything() -> impl Strategy<Value = Vec<String>> {
    let harmful = proptest::sample::select(&sample::HOSTILE[..]).prop_map(str::to_owned);
    let sharp = "[<>&\"'/=a-c \\p{Cc}\u{202a}-\u{202e}\u{2066}-\u{2069}\u{2028}\u{200b}`|*\\[\\]]{0,24}";
    let strings = prop_oneof![harmful, sharp.prop_map(|text| text), any::<String>()];
    proptest::collection::vec(strings, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn data_is_never_markup(strings in anything()) {
        let sample = sample::small();
        let before = written(|out| html(&sample, out));
        let style = before.find("</style>").unwrap();
        let script = before.rfind("<script>").unwrap();
        let known = tags(&before[style..script]);
        let page = written(|out| html(&replaced(&sample, &strings), out));
        let style = page.find("</style>").unwrap();
        let script = page.rfind("<script>").unwrap();
        let shown = tags(&page[style..script]);
        prop_assert!(shown.is_subset(&known), "{:?}", shown.difference(&known));
        let head = &page[..page.find("<style>").unwrap()];
        prop_assert!(tags(head).is_subset(&tags(&before[..before.find("<style>").unwrap()])));
        let unseen = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
        prop_assert!(!page.contains(unseen));
    }

    #[test]
    fn no_control_character_reaches_the_terminal(strings in anything(), width in 0_usize..160, all: bool) {
        let document = replaced(&sample::small(), &strings);
        let unseen = |c: char| c.is_control() && c != '\n' || ('\u{200b}'..='\u{200f}').contains(&c)
            || ('\u{2028}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
        let shown = written(|out| text(&document, &TextOptions { all, color: false, width }, out));
        prop_assert!(!shown.contains(unseen));
        let ticket = written(|out| markdown(&document, out));
        prop_assert!(!ticket.contains(unseen));
    }

    #[test]
    fn markdown_holds_no_html_but_its_own(strings in anything()) {
        let document = replaced(&sample::small(), &strings);
        let shown = written(|out| markdown(&document, out));
        // In a code span `<` is text; outside one it is only ever ours.
        for (at, _) in shown.match_indices('<') {
            let rest = &shown[at..];
            let line = &shown[shown[..at].rfind('\n').map_or(0, |end| end + 1)..at];
            prop_assert!(rest.starts_with("<br>") || rest.starts_with("<!-- -->") || line.contains('`'), "{rest:.20}");
        }
    }
}
