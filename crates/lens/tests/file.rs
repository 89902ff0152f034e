//! The project's own lens format: how mistakes in it are shown.

use miette::{GraphicalReportHandler, GraphicalTheme};
use wellproof_lens::{Lens, Level, Risk, State, States, check_str};

const LENS: &str = "\
schema: wellproof/lens/1
id: house-rules
name: House rules
edition: '2026'
pillars:
  - id: reliability
    name: Reliability
    questions:
      - id: quotas
        number: REL 1
        title: How do you manage quotas?
        none_of_these: quotas_none
        choices:
          - id: quotas_watched
            title: Quotas are watched
            level: MEDIUM
            url: https://example.com/quotas
            ask: Who is told?
          - id: quotas_hit
            title: A quota was hit this year
            polarity: negative
";

fn changed(from: &str, to: &str) -> String {
    assert_eq!(LENS.matches(from).count(), 1, "{from}");
    LENS.replacen(from, to, 1)
}

fn shown(text: &str) -> String {
    let handler =
        GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(120).with_context_lines(1);
    let checked = check_str("lens.yaml", text).expect("it is small");
    let mut out = String::new();
    for problem in &checked.problems {
        handler.render_report(&mut out, problem).expect("a string takes it");
    }
    out.push_str(if checked.lens.is_some() { "usable" } else { "not usable" });
    out
}

#[test]
fn a_sound_lens_is_read() {
    let lens = Lens::from_text("lens.yaml", LENS).expect("it is sound");
    assert_eq!((lens.id.as_str(), lens.edition.as_str()), ("house-rules", "2026"));
    let (question, choice) = lens.choice("quotas", "quotas_watched").expect("it is there");
    assert_eq!((choice.level, choice.ask.as_deref()), (Some(Level::Medium), Some("Who is told?")));
    assert!(question.choice("quotas_hit").is_some_and(wellproof_lens::Choice::is_negative));
    let known: States = [("quotas_watched", State::Selected), ("quotas_hit", State::Selected)].into_iter().collect();
    assert_eq!(question.risk(&known), Risk::High);
}

#[test]
fn mistakes_are_shown_at_their_line() {
    insta::assert_snapshot!(shown(&changed("title: Quotas are watched", "titel: Quotas are watched")), @r"
      × unknown field `titel`, expected one of id, number, title, level, level_basis, url, ask, polarity, succeeded_by
        ╭─[lens.yaml:15:13]
     14 │           - id: quotas_watched
     15 │             titel: Quotas are watched
        ·             ─────
     16 │             level: MEDIUM
        ╰────
      help: did you mean `title`?
    not usable
    ");
    insta::assert_snapshot!(shown(&changed("MEDIUM", "MIDDLING")), @r"
      × unknown variant `MIDDLING`, expected one of HIGH, MEDIUM, LOW
        ╭─[lens.yaml:16:20]
     15 │             title: Quotas are watched
     16 │             level: MIDDLING
        ·                    ────────
     17 │             url: https://example.com/quotas
        ╰────
    not usable
    ");
    insta::assert_snapshot!(shown(&changed("            level: MEDIUM\n", "")), @r"
      × choice `quotas_watched` has no level of risk
        ╭─[lens.yaml:14:17]
     13 │         choices:
     14 │           - id: quotas_watched
        ·                 ──────────────
     15 │             title: Quotas are watched
        ╰────
      help: write `level: HIGH`, `MEDIUM` or `LOW`, `level_basis: unpublished` if AWS published none, or `polarity:
            negative` if selecting it admits a flaw
    not usable
    ");
    insta::assert_snapshot!(shown(&changed("id: quotas_hit", "id: quotas_watched")), @r"
      × there is a choice `quotas_watched` before this one
        ╭─[lens.yaml:19:17]
     18 │             ask: Who is told?
     19 │           - id: quotas_watched
        ·                 ──────────────
     20 │             title: A quota was hit this year
        ╰────
    not usable
    ");
    insta::assert_snapshot!(shown(&changed("https://example.com/quotas", "javascript:alert(1)")), @r"
      × a url starts with `https://` or `http://`
        ╭─[lens.yaml:17:18]
     16 │             level: MEDIUM
     17 │             url: javascript:alert(1)
        ·                  ───────────────────
     18 │             ask: Who is told?
        ╰────
    not usable
    ");
}

#[test]
fn a_file_that_is_no_lens_is_shown_where_it_goes_wrong() {
    insta::assert_snapshot!(shown(&changed("wellproof/lens/1", "wellproof/lens/2")), @r"
      × this is `wellproof/lens/2`, not `wellproof/lens/1`
       ╭─[lens.yaml:1:9]
     1 │ schema: wellproof/lens/2
       ·         ────────────────
     2 │ id: house-rules
       ╰────
    not usable
    ");
    insta::assert_snapshot!(shown(&changed("edition: '2026'\n", "")), @r"
      × missing field `edition`
       ╭─[lens.yaml:4:1]
     3 │ name: House rules
     4 │ pillars:
       · ───────
     5 │   - id: reliability
       ╰────
    not usable
    ");
    insta::assert_snapshot!(shown(&changed("name: House rules", "name: ''")), @r"
      × the name is empty
       ╭─[lens.yaml:3:7]
     2 │ id: house-rules
     3 │ name: ''
       ·       ──
     4 │ edition: '2026'
       ╰────
    not usable
    ");
    insta::assert_snapshot!(shown(&changed("id: house-rules", "id: [")), @r"
      × expected string scalar
       ╭─[lens.yaml:2:5]
     1 │ schema: wellproof/lens/1
     2 │ id: [
       ·     ─
     3 │ name: House rules
       ╰────
    not usable
    ");
    insta::assert_snapshot!(shown("just text"), @r"
      × expected mapping start
       ╭─[lens.yaml:1:1]
     1 │ just text
       · ─────────
       ╰────
    not usable
    ");
    insta::assert_snapshot!(shown(""), @r"
      × unexpected end of input
       ╭─[lens.yaml:1:1]
       ╰────
    not usable
    ");
}

#[test]
fn a_deep_or_an_exploding_document_is_refused() {
    let deep = format!("schema: {}", "[".repeat(100_000));
    assert!(check_str("lens.yaml", &deep).expect("it is small").lens.is_none());
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]\n";
    assert!(check_str("lens.yaml", bomb).expect("it is small").lens.is_none());
}
