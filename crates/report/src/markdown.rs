//! Markdown, compact, for a ticket or a pull request.

use std::io::{self, Write};

use wellproof_answers::document::{Citation, Document};

use crate::legible::{count, counted, explain, name, prose};
use crate::principles as principle;
use crate::review::{self, Finding};

/// How many choices that are not met are listed.
const FINDINGS: usize = 40;
/// How many gaps are listed.
const GAPS: usize = 20;

/// Writes the document as Markdown: `CommonMark` with the tables of GitHub.
///
/// # Errors
/// What `out` answers with.
pub fn markdown(document: &Document, out: &mut impl Write) -> io::Result<()> {
    summary(document, out)?;
    people(document, out)?;
    pillars(document, out)?;
    principles(document, out)?;
    findings(document, out)?;
    fixes(document, out)?;
    gaps(document, out)
}

fn summary(document: &Document, out: &mut impl Write) -> io::Result<()> {
    let Document { lens, snapshot, scope, coverage, .. } = document;
    writeln!(out, "## {}, edition {}\n", plain(&prose(&lens.name)), plain(&name(&lens.edition)))?;
    if let Some(workload) = &scope.workload {
        writeln!(out, "**{}**\n", plain(&name(workload)))?;
    }
    writeln!(out, "{}\n", plain(&prose(&scope.sentence)))?;
    if scope.out_of_scope > 0 {
        writeln!(out, "- {} outside it are not judged", counted(scope.out_of_scope, "resource"))?;
    }
    for exclusion in &scope.exclusions {
        writeln!(out, "- Left out: {}", plain(&prose(exclusion)))?;
    }
    let unverified = review::unverified(snapshot);
    let verified = unverified.map_or_else(|| "verified".to_owned(), |(word, why)| format!("**{word}**: {why}"));
    writeln!(out, "- Lens {}, edition {}", code(&lens.id), code(&lens.edition))?;
    writeln!(
        out,
        "- Snapshot {} ({verified}), collected {} by {}: {}, {}, {}",
        code(&snapshot.digest),
        snapshot.collected_at,
        code(&snapshot.caller),
        counted(snapshot.resources, "resource"),
        counted(snapshot.calls, "call"),
        counted(snapshot.gaps, "gap")
    )?;
    writeln!(out, "- Regions: {}", plain(&review::regions(document)))?;
    writeln!(
        out,
        "- {} of {} judged from evidence: {}\n",
        count(coverage.judged),
        counted(coverage.choices, "choice"),
        review::shares_said(coverage)
    )
}

fn people(document: &Document, out: &mut impl Write) -> io::Result<()> {
    let Some(line) = &document.review else { return Ok(()) };
    writeln!(out, "### What people answered: {}\n", review::agreement(line))?;
    writeln!(out, "{}\n", plain(&review::reviewed(line)))?;
    let found = [("contradicted", &line.contradicted), ("undersold", &line.undersold)];
    for (title, it) in found.into_iter().flat_map(|(title, found)| found.iter().map(move |it| (title, it))) {
        writeln!(out, "- **{title}: {}**", plain(&review::disagreement(it)))?;
        writeln!(out, "  <br>{}", plain(&prose(&it.note)))?;
        if let Some(first) = it.citations.first() {
            writeln!(out, "  <br>Proof: {}; {}", call(first), code(&explain(&document.lens, &it.choice)))?;
        }
    }
    for (question, choice, check) in review::warnings(document) {
        writeln!(out, "- **advisor warns: {}**", plain(&review::warned(question, choice)))?;
        writeln!(out, "  <br>{}", plain(&review::check(check)))?;
    }
    for gap in review::pull_gaps(line) {
        writeln!(out, "- not read: {}", plain(&gap))?;
    }
    for it in &line.called_off {
        let (title, says) = review::called_off(it);
        writeln!(out, "- **{}**\n  <br>{}", plain(&title), plain(&says))?;
    }
    writeln!(out)
}

fn pillars(document: &Document, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "| Pillar | Met | Partial | Not met | Not proven | N/A | Questions by predicted risk |")?;
    writeln!(out, "| --- | ---: | ---: | ---: | ---: | ---: | --- |")?;
    for pillar in &document.pillars {
        write!(out, "| {} |", plain(&name(&pillar.name)))?;
        for (_, number) in review::shares(&pillar.coverage) {
            write!(out, " {} |", count(number))?;
        }
        writeln!(out, " {} |", review::risks(pillar).join(", "))?;
    }
    Ok(())
}

fn principles(document: &Document, out: &mut impl Write) -> io::Result<()> {
    if document.principles.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| Principle | Met | Partial | Not met | Not proven | N/A | Of | Look at first |")?;
    writeln!(out, "| --- | ---: | ---: | ---: | ---: | ---: | --- | --- |")?;
    for line in &document.principles {
        write!(out, "| {} |", plain(&name(&line.title)))?;
        for (_, number) in review::shares(&line.coverage) {
            write!(out, " {} |", count(number))?;
        }
        let first = principle::first(document, line).map_or(String::new(), |first| {
            format!("{}: {}", review::suggestion(first.choice.verdict), plain(&principle::named(first)))
        });
        writeln!(out, " {} | {first} |", principle::size(line))?;
    }
    Ok(())
}

fn findings(document: &Document, out: &mut impl Write) -> io::Result<()> {
    let findings = review::findings(document);
    writeln!(out, "\n### Not met: {}\n", counted(findings.len() as u64, "choice"))?;
    if findings.is_empty() {
        writeln!(out, "Evidence refutes no choice. What is not proven still needs a person.")?;
    }
    for Finding { question, choice } in findings.iter().take(FINDINGS) {
        let number = choice.number.as_deref().map_or(String::new(), |number| format!("{} ", plain(&name(number))));
        let level = review::level(choice).map_or(String::new(), |level| format!("level {level}; "));
        writeln!(
            out,
            "- **{}: {number}{}** ({level}predicted risk of the question {})",
            plain(&name(&question.number)),
            plain(&prose(&choice.title)),
            plain(&review::risk(question))
        )?;
        let said = if choice.note.is_empty() { &choice.reason } else { &choice.note };
        if !said.is_empty() {
            writeln!(out, "  <br>{}", plain(&prose(said)))?;
        }
        if let Some(first) = choice.citations.first() {
            let more = choice.citations.len() as u64 - 1 + choice.citations_left_out;
            let more = if more == 0 { String::new() } else { format!(" and {} more", count(more)) };
            writeln!(out, "  <br>Proof: {}{more}; {}", call(first), code(&explain(&document.lens, &choice.id)))?;
        }
    }
    if findings.len() > FINDINGS {
        writeln!(out, "- and {} more", count((findings.len() - FINDINGS) as u64))?;
    }
    Ok(())
}

fn fixes(document: &Document, out: &mut impl Write) -> io::Result<()> {
    if document.fix_first.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### What to fix first\n")?;
    for (at, fix) in document.fix_first.iter().enumerate() {
        let rules: Vec<String> = fix.rules.iter().map(|rule| code(rule)).collect();
        writeln!(
            out,
            "{}. {} Lowers {}; {} then at predicted HIGH risk. Rules: {}",
            at + 1,
            plain(&prose(&fix.fix)),
            plain(&review::names(&fix.lowers)),
            counted(fix.high_risks_left, "question"),
            rules.join(", ")
        )?;
    }
    Ok(())
}

fn gaps(document: &Document, out: &mut impl Write) -> io::Result<()> {
    if document.gaps.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### Not read: {}\n", counted(document.gaps.len() as u64, "gap"))?;
    for gap in document.gaps.iter().take(GAPS) {
        let actions: Vec<String> = gap.actions.iter().map(|action| code(action)).collect();
        let allow = if actions.is_empty() { String::new() } else { format!(" Allow {}.", actions.join(", ")) };
        writeln!(
            out,
            "- {}: {} in {} ({}). {}{allow}",
            review::gap_kind(gap),
            code(&gap.what),
            code(&gap.unit),
            code(&gap.id),
            plain(&prose(&gap.message))
        )?;
    }
    if document.gaps.len() > GAPS {
        writeln!(out, "- and {} more", count((document.gaps.len() - GAPS) as u64))?;
    }
    Ok(())
}

fn call(citation: &Citation) -> String {
    format!(
        "{} {} in {} at {}",
        code(&citation.call),
        code(&format!("{}:{}", citation.service, citation.operation)),
        code(&format!("{}/{}", citation.account, citation.region)),
        citation.at
    )
}

/// `text`, already legible, with nothing left that Markdown or GitHub would read as markup, mention or link.
fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + text.len() / 8);
    let mut before = ' ';
    for character in text.chars() {
        match character {
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '&' => shown.push_str("&amp;"),
            '\\' | '`' | '*' | '{' | '}' | '[' | ']' | '|' | '~' | '!' => {
                shown.push('\\');
                shown.push(character);
            }
            // Within a word an underscore is no emphasis, and ids are full of them.
            '_' if !before.is_alphanumeric() => shown.push_str("\\_"),
            // An empty comment parts what would be a mention, an issue or a link.
            '@' => shown.push_str("@<!-- -->"),
            '#' => shown.push_str("\\#<!-- -->"),
            ':' => shown.push_str(if text.contains("://") { ":<!-- -->" } else { ":" }),
            '.' if before == 'w' => shown.push_str("<!-- -->."),
            // Only at the start of a line these make a list, a rule or a heading.
            '-' | '+' | '=' if before == ' ' => {
                shown.push('\\');
                shown.push(character);
            }
            _ => shown.push(character),
        }
        before = character;
    }
    shown
}

/// `text` as a code span, which holds whatever it holds.
fn code(text: &str) -> String {
    let text = name(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.is_empty() || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_mentions_and_links_are_text() {
        assert_eq!(
            plain("<b> @team #12 [x](http://y)"),
            r"&lt;b&gt; @<!-- -->team \#<!-- -->12 \[x\](http:<!-- -->//y)"
        );
        assert_eq!(plain("rel_quota_x is _not_"), r"rel_quota_x is \_not_");
    }

    #[test]
    fn a_code_span_outlasts_its_backticks() {
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`"), "`` ` ``");
    }
}
