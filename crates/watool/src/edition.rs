//! The Tool's edition of a lens beside our lens file: AWS moves editions without notice.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use wellproof_lens::{Lens, LevelBasis, NONE_OF_THESE, Polarity, SCHEMA};
pub use wellproof_review::Edition;

use crate::tool::{Answer, LensReview};

/// What the Tool's edition has that our lens file lacks, and the reverse.
pub fn compare(review: &LensReview, lens: &Lens) -> Edition {
    let (mut only_tools, mut only_ours, mut retitled) = (Vec::new(), Vec::new(), Vec::new());
    for answer in &review.answers {
        let Some(question) = lens.question(&answer.question) else {
            only_tools.push(answer.question.clone());
            continue;
        };
        if question.title != answer.title {
            retitled.push(answer.question.clone());
        }
        for choice in &answer.choices {
            let name = format!("{}/{}", answer.question, choice.id);
            match question.choice(&choice.id) {
                Some(known) if known.title != choice.title => retitled.push(name),
                Some(_) => {}
                None if question.is_none_of_these(&choice.id) => {}
                None => only_tools.push(name),
            }
        }
    }
    for question in lens.questions() {
        let Some(answer) = review.answers.iter().find(|answer| answer.question == question.id) else {
            only_ours.push(question.id.clone());
            continue;
        };
        let none = question.none_of_these.iter().map(|none| &none.id);
        let asked = |id: &&String| answer.choices.iter().any(|choice| choice.id == **id);
        let lacking = question.choices.iter().map(|choice| &choice.id).chain(none).filter(|id| !asked(id));
        only_ours.extend(lacking.map(|id| format!("{}/{id}", question.id)));
    }
    Edition { only_tools, only_ours, retitled }
}

/// An id that a lens file may have: the alias, or what ends a custom lens's ARN.
pub fn lens_id(alias: &str) -> String {
    let last = alias.rsplit(['/', ':']).next().unwrap_or(alias);
    last.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '-' }).take(128).collect()
}

/// The Tool's edition as a lens file (`wellproof/lens/1`, JSON). Levels, numbers and what to ask are those of `known`, where it has the
/// same choice: the Tool does not tell them.
pub fn lens_file(review: &LensReview, known: Option<&Lens>) -> String {
    let mut pillars: Vec<Value> = Vec::new();
    for pillar in &review.pillars {
        let own: Vec<&Answer> = review.answers.iter().filter(|answer| answer.pillar == pillar.id).collect();
        let questions: Vec<Value> =
            own.iter().enumerate().map(|(at, answer)| question(answer, known, &pillar.name, at + 1)).collect();
        if !questions.is_empty() {
            pillars.push(json!({"id": pillar.id, "name": pillar.name, "questions": questions}));
        }
    }
    let file = json!({
        "schema": SCHEMA,
        "id": lens_id(&review.alias),
        "name": review.name,
        "edition": review.version,
        "description": "As the AWS Well-Architected Tool asked it; read by `wellproof review pull`.",
        "pillars": pillars,
    });
    let mut text = String::new();
    let _ = writeln!(text, "{file:#}");
    text
}

fn question(answer: &Answer, known: Option<&Lens>, pillar: &str, position: usize) -> Value {
    let asked = known.and_then(|lens| lens.question(&answer.question));
    let number = asked.map_or_else(|| format!("{pillar} {position}"), |asked| asked.number.clone());
    let is_none =
        |id: &str, title: &str| asked.is_some_and(|asked| asked.is_none_of_these(id)) || title == NONE_OF_THESE;
    let mut entry = Map::new();
    entry.insert("id".into(), json!(answer.question));
    entry.insert("number".into(), json!(number));
    entry.insert("title".into(), json!(answer.title));
    if let Some(none) = answer.choices.iter().find(|choice| is_none(&choice.id, &choice.title)) {
        entry.insert("none_of_these".into(), json!(none.id));
    }
    if let Some(asked) = asked.filter(|asked| !asked.improvements.is_empty()) {
        entry.insert("improvements".into(), json!(asked.improvements));
    }
    let others = answer.choices.iter().filter(|choice| !is_none(&choice.id, &choice.title));
    let choices: Vec<Value> = others.map(|it| choice(it, asked.and_then(|asked| asked.choice(&it.id)))).collect();
    entry.insert("choices".into(), Value::Array(choices));
    Value::Object(entry)
}

fn choice(choice: &crate::tool::Choice, known: Option<&wellproof_lens::Choice>) -> Value {
    let mut entry = Map::new();
    entry.insert("id".into(), json!(choice.id));
    entry.insert("title".into(), json!(choice.title));
    let web = |url: &&String| url.starts_with("https://") || url.starts_with("http://");
    if let Some(url) = known.and_then(|known| known.url.as_ref()).or(choice.url.as_ref().filter(web)) {
        entry.insert("url".into(), json!(url));
    }
    let Some(known) = known else {
        entry.insert("level_basis".into(), json!(LevelBasis::Unpublished));
        return Value::Object(entry);
    };
    if let Some(number) = &known.number {
        entry.insert("number".into(), json!(number));
    }
    if let Some(level) = known.level {
        entry.insert("level".into(), json!(level));
    }
    if let Some(ask) = &known.ask {
        entry.insert("ask".into(), json!(ask));
    }
    if known.polarity == Polarity::Negative {
        entry.insert("polarity".into(), json!(known.polarity));
    }
    // Custom lenses publish no levels; in this format that is said.
    if known.level.is_none() && known.polarity == Polarity::Positive {
        entry.insert("level_basis".into(), json!(LevelBasis::Unpublished));
    } else if known.level_basis != LevelBasis::Published {
        entry.insert("level_basis".into(), json!(known.level_basis));
    }
    if let Some(successor) = &known.succeeded_by {
        entry.insert("succeeded_by".into(), json!(successor));
    }
    Value::Object(entry)
}
