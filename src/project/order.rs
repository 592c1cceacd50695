//! The order in which packages are published: what others depend on comes first.

use std::collections::BTreeMap;

use super::Package;
use super::manifest::Section;

/// Indexes into `packages`, dependencies before dependants. What users never install
/// (`devDependencies`) does not count; a cycle is cut at its first package. Ties keep the order given.
pub(super) fn publish_order(packages: &[Package]) -> Vec<usize> {
    let by_name: BTreeMap<&str, usize> =
        packages.iter().enumerate().filter_map(|(index, package)| Some((package.name()?, index))).collect();
    let waits_for = |index: usize| -> Vec<usize> {
        let dependencies = packages[index].manifest.dependencies.iter();
        let internal = dependencies
            .filter(|dependency| dependency.section != Section::Dev)
            .filter_map(|dependency| by_name.get(dependency.name.as_str()).copied());
        internal.filter(|&other| other != index).collect()
    };
    let mut open: Vec<(usize, Vec<usize>)> =
        (0..packages.len()).map(|index| (index, waits_for(index))).collect();
    let mut done = vec![false; packages.len()];
    let mut order = Vec::with_capacity(packages.len());
    while !open.is_empty() {
        let ready = open.iter().position(|(_, waits)| waits.iter().all(|&other| done[other]));
        let (index, _) = open.remove(ready.unwrap_or(0));
        done[index] = true;
        order.push(index);
    }
    order
}

#[cfg(test)]
mod tests {
    use crate::files::Memory;
    use crate::project::Project;

    fn order(packages: &[(&str, &[&str])]) -> Vec<String> {
        let manifest = |(name, needs): &(&str, &[&str])| {
            let needs: Vec<String> =
                needs.iter().map(|need| format!("\"{need}\": \"workspace:*\"")).collect();
            let text = format!(
                "{{\"name\": \"{name}\", \"version\": \"1.0.0\", \"dependencies\": {{{}}}}}",
                needs.join(", ")
            );
            (format!("packages/{name}/package.json"), text)
        };
        let root =
            ("package.json".to_owned(), r#"{"private": true, "workspaces": ["packages/*"]}"#.to_owned());
        let tree = Memory::new(packages.iter().map(manifest).chain([root]));
        Project::read(&tree).publishable().filter_map(|package| package.name().map(str::to_owned)).collect()
    }

    #[test]
    fn dependencies_come_first() {
        assert_eq!(order(&[("a", &["c", "left-pad"]), ("b", &[]), ("c", &["b"])]), ["b", "c", "a"]);
        assert_eq!(order(&[("a", &[]), ("b", &[])]), ["a", "b"]);
    }

    #[test]
    fn cycles_are_cut() {
        assert_eq!(order(&[("a", &["b"]), ("b", &["a"]), ("c", &["b"])]), ["a", "b", "c"]);
        assert_eq!(order(&[("a", &["a"])]), ["a"]);
    }
}
