//! "Did you mean": the nearest of what would be right.

/// The candidate that is likely meant by `written`: the nearest one, near enough for its length.
pub fn closest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    let folded = fold(written);
    let allowed = (written.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&folded, &fold(candidate));
            let prefix = folded.len() >= 3 && fold(candidate).starts_with(&folded);
            (if prefix { distance.min(1) } else { distance }, candidate)
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let keys = ["environment", "repository", "build-runner", "auth", "file"];
        assert_eq!(closest("enviroment", keys), Some("environment"));
        assert_eq!(closest("buildRunner", keys), Some("build-runner"));
        assert_eq!(closest("repo", keys), Some("repository"));
        assert_eq!(closest("token", keys), None);
    }
}
