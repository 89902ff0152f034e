//! Texts as a scan or a page's text extraction leaves them, compared without regard to what those damage.

/// Characters that stand before an item of a list, or are left of one.
const BULLETS: &[char] = &['-', '•', '*', '·', '–', '—', '◦', '▪', '○', '●', '‣', '_'];

/// Lower case, letters and digits, one space between words.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_alphanumeric() {
            out.extend(letter.to_lowercase());
        } else if matches!(letter, '\'' | '’' | '`') {
            // "What's" is one word, whatever stands for its apostrophe.
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// How much alike two plain texts are, 0 to 1.
pub(crate) fn alike(a: &str, b: &str) -> f64 {
    let (short, long) = if a.len() < b.len() { (a.len(), b.len()) } else { (b.len(), a.len()) };
    // Distance takes time by the product of the lengths.
    if short * 3 < long * 2 || long > 512 {
        return 0.0;
    }
    strsim::normalized_levenshtein(a, b)
}

/// Whether a plain text is this one, but for a letter in five.
pub(crate) fn is(text: &str, wanted: &str) -> bool {
    alike(text, wanted) >= 0.8
}

/// A line without its bullet, and whether it had one. Bullets that stand alone are nothing.
pub(crate) fn unbulleted(line: &str) -> (String, bool) {
    let mut text = line.replace("**", "");
    text = text.split(|letter: char| letter.is_whitespace() || letter.is_control()).filter(|it| !it.is_empty()).fold(
        String::with_capacity(text.len()),
        |mut joined, word| {
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(word);
            joined
        },
    );
    let mut bullet = false;
    loop {
        let Some(first) = text.chars().next() else { return (text, bullet) };
        let rest = &text[first.len_utf8()..];
        let ends = rest.is_empty() || rest.starts_with(' ') || !matches!(first, '-' | '_' | '*' | '–' | '—');
        if !BULLETS.contains(&first) || !ends {
            break;
        }
        bullet = true;
        text = rest.trim_start().to_owned();
    }
    while let Some(cut) = text.strip_suffix(['•', '●', '◦', '▪', '○']) {
        text = cut.trim_end().to_owned();
    }
    (text, bullet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_does_not_tell() {
        assert_eq!(plain("  Aware of **limits**, but\tnot tracking them! "), "aware of limits but not tracking them");
        assert_eq!(plain("the AWS What's New"), plain("the AWS What’s New"));
        assert!(is(&plain("No lmprovements identif1ed"), "no improvements identified"));
        assert!(!is("high risk", "medium risk"));
    }

    #[test]
    fn bullets_are_taken_off_and_hyphens_are_not() {
        assert_eq!(unbulleted("- Evaluate tradeoffs •"), ("Evaluate tradeoffs".to_owned(), true));
        assert_eq!(unbulleted("•None of these"), ("None of these".to_owned(), true));
        assert_eq!(unbulleted("-"), (String::new(), true));
        assert_eq!(unbulleted(" -40 °C  in the **rack** "), ("-40 °C in the rack".to_owned(), false));
    }
}
