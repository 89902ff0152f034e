//! "Did you mean".

/// A hint at the known name nearest to `name`; without a near one, the names there are, where they are few.
pub(crate) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    let near = known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(&name.to_lowercase(), &candidate.to_lowercase()), *candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    if let Some((_, candidate)) = near {
        return Some(format!("did you mean `{candidate}`?"));
    }
    if known.is_empty() || known.len() > 24 {
        return None;
    }
    Some(format!("known are {}", known.join(", ")))
}
