//! Which titles stand in a run of words, however they were torn apart or pushed together.

use crate::words::{alike, plain};

/// How much alike a run of words must be to a title.
const LEAST: f64 = 0.78;
/// How many words more or fewer than a title a run of it may have.
const SLACK: usize = 3;
/// More words than any question has; beyond, nothing is looked for.
const MOST: usize = 4_000;
/// Longer words are nobody's.
const LONGEST: usize = 64;

/// A word with the line that it stands in.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) raw: String,
    pub(crate) plain: String,
    pub(crate) line: u64,
}

/// The words of a line.
pub(crate) fn words(line: u64, text: &str) -> impl Iterator<Item = Word> {
    text.split(' ').filter(|raw| !raw.is_empty()).map(move |raw| Word { raw: raw.to_owned(), plain: plain(raw), line })
}

/// A title to look for.
#[derive(Clone, Debug)]
pub(crate) struct Title<'a> {
    pub(crate) id: &'a str,
    plain: String,
    words: Vec<String>,
    /// How many words a run of it may have: "hub-and-spoke" is one, and three.
    lengths: std::ops::RangeInclusive<usize>,
}

impl<'a> Title<'a> {
    pub(crate) fn new(id: &'a str, title: &str) -> Self {
        let plain = plain(title);
        let words: Vec<String> = plain.split(' ').map(str::to_owned).collect();
        let fewest = title.split_whitespace().count().min(words.len());
        Self { id, lengths: fewest.saturating_sub(SLACK).max(1)..=words.len() + SLACK, words, plain }
    }
}

/// A run of words: a title that it stands for, or none.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run<'a> {
    /// The title's id.
    pub(crate) title: Option<&'a str>,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// Splits words into titles and what is none, leaving out as few letters as possible.
pub(crate) fn split<'a>(words: &[Word], titles: &[Title<'a>]) -> Vec<Run<'a>> {
    let looked = words.len().min(MOST);
    // Of each place, what the rest costs, and the step that costs it.
    let mut cost = vec![0.0_f64; looked + 1];
    let mut step: Vec<(Option<usize>, usize)> = vec![(None, 1); looked];
    for from in (0..looked).rev() {
        let word = &words[from].plain;
        cost[from] = f64::from(u32::try_from(letters(word).max(1)).unwrap_or(u32::MAX)) + cost[from + 1];
        if word.is_empty() || word.len() > LONGEST {
            continue;
        }
        for (nth, title) in titles.iter().enumerate() {
            for len in title.lengths.clone() {
                let Some(run) = words.get(from..from + len).filter(|_| from + len <= looked) else { break };
                let like = likeness(run, title);
                if like < LEAST {
                    continue;
                }
                // As many letters as have to be changed: a word that is none of the title's costs less left out.
                let longer = title.plain.len().max(run.iter().map(|word| letters(&word.plain) + 1).sum::<usize>() - 1);
                let changed = (1.0 - like) * f64::from(u32::try_from(longer).unwrap_or(u32::MAX));
                let all = 0.5 + changed + cost[from + len];
                if all < cost[from] {
                    cost[from] = all;
                    step[from] = (Some(nth), len);
                }
            }
        }
    }
    let mut runs: Vec<Run<'a>> = Vec::new();
    let mut at = 0;
    while at < looked {
        let (title, len) = step[at];
        let title = title.map(|nth| titles[nth].id);
        match runs.last_mut() {
            Some(last) if title.is_none() && last.title.is_none() && words[last.from].line == words[at].line => {
                last.to = at + len;
            }
            _ => runs.push(Run { title, from: at, to: at + len }),
        }
        at += len;
    }
    if looked < words.len() {
        runs.push(Run { title: None, from: looked, to: words.len() });
    }
    runs
}

/// How long a text is to a reader: of other scripts than Latin a letter has several bytes.
fn letters(text: &str) -> usize {
    text.chars().count()
}

fn likeness(run: &[Word], title: &Title<'_>) -> f64 {
    let length: usize = run.iter().map(|word| word.plain.len()).sum::<usize>() + run.len() - 1;
    // Far longer or shorter texts are not alike, and most are.
    if length * 4 < title.plain.len() * 3 || length * 3 > title.plain.len() * 4 {
        return 0.0;
    }
    if run[0].plain.is_empty() || run[run.len() - 1].plain.is_empty() {
        return 0.0;
    }
    // A long title of which no third of the words is there is another one.
    let words = run.iter().flat_map(|word| word.plain.split(' '));
    let shared = words.filter(|word| title.words.iter().any(|own| own == word)).count();
    if title.words.len() > 3 && shared * 3 < title.words.len() {
        return 0.0;
    }
    let mut text = String::with_capacity(length);
    for word in run.iter().filter(|word| !word.plain.is_empty()) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&word.plain);
    }
    alike(&text, &title.plain)
}

/// The words of a run as they stood.
pub(crate) fn raw(words: &[Word]) -> String {
    words.iter().map(|word| word.raw.as_str()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(lines: &[&str]) -> Vec<String> {
        let titles = [
            Title::new("tradeoffs", "Evaluate tradeoffs"),
            Title::new("threats", "Evaluate threat landscape"),
            Title::new("gap", "Ensure a sufficient gap between the current service limit and the maximum usage"),
            Title::new("none", "None of these"),
        ];
        let words: Vec<Word> =
            lines.iter().zip(1..).flat_map(|(text, line)| super::words(line, text).collect::<Vec<_>>()).collect();
        let name =
            |run: Run<'_>| run.title.map_or_else(|| format!("? {}", raw(&words[run.from..run.to])), str::to_owned);
        split(&words, &titles).into_iter().map(name).collect()
    }

    #[test]
    fn titles_are_found_however_they_are_broken() {
        assert_eq!(found(&["Evaluate tradeoffs", "Evaluate threat landscape"]), ["tradeoffs", "threats"]);
        assert_eq!(
            found(&["Evaluate tradeoffs Evaluate threat landscape None of these"]),
            ["tradeoffs", "threats", "none"]
        );
        assert_eq!(found(&["Evaluate", "threat land scape"]), ["threats"]);
        assert_eq!(found(&["Eva1uate tradeoff5"]), ["tradeoffs"]);
        let wrapped =
            ["Ensure a sufficient gap between the current", "service limit and the maximum usage", "None of these"];
        assert_eq!(found(&wrapped), ["gap", "none"]);
    }

    #[test]
    fn a_hyphen_makes_one_word_of_many() {
        let title = "Prefer hub-and-spoke topologies over many-to-many mesh";
        let titles = [Title::new("hub", title)];
        for text in [title, "Prefer hub -and- spoke topologies over many to many mesh"] {
            let words: Vec<Word> = super::words(1, text).collect();
            assert_eq!(split(&words, &titles), [Run { title: Some("hub"), from: 0, to: words.len() }]);
        }
    }

    #[test]
    fn a_note_in_any_script_is_no_part_of_the_title_below_it() {
        assert_eq!(
            found(&[
                "名前は山田太郎です。",
                "Ensure a sufficient gap between the current service limit and the maximum usage"
            ]),
            ["? 名前は山田太郎です。", "gap"]
        );
    }

    #[test]
    fn what_is_no_title_is_told_line_by_line() {
        assert_eq!(
            found(&["Evaluate tradeoffs page 12", "a note", "None of these"]),
            ["tradeoffs", "? page 12", "? a note", "none"]
        );
        assert_eq!(found(&[]), Vec::<String>::new());
    }
}
