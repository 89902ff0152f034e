//! "Did you mean".

/// The candidate that `name` is most likely a slip of: at most a third of its letters differ.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Distance takes time by the product of the lengths, and a name comes from outside.
    if name.len() > 256 {
        return None;
    }
    let allowed = (name.chars().count() / 3).max(1);
    let near = candidates.into_iter().filter(|candidate| candidate.len() <= 256);
    let near =
        near.map(|candidate| (strsim::damerau_levenshtein(&name.to_lowercase(), &candidate.to_lowercase()), candidate));
    near.filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
