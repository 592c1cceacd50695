//! `generate` on a synthesised workspace: from files in memory to checked pipelines.

// Shared with the other bench, which uses the rest.
#[allow(dead_code)]
mod support;

use trustpub::files::Memory;
use trustpub::render;

fn main() {
    divan::main();
}

#[divan::bench(args = [1, 50, 500])]
fn generate(bencher: divan::Bencher<'_, '_>, packages: usize) {
    let tree = Memory::new(support::workspace(packages));
    bencher.bench(|| render::generate(&tree).expect("the spec is right"));
}
