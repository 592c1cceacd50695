//! `trustpub bundle`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args as ClapArgs, ValueHint};

use super::{Answer, Context, Exit};
use crate::files::Disk;
use crate::render::bundle::{self, Bundle};

/// Render the GitHub Action, the GitLab component and the CircleCI orb
///
/// All three carry the same scripts as generated pipelines. An organisation renders its own copy: each
/// member, in `action/`, `gitlab/` and `orb/`, is ready to be pushed to a repository of its own.
#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
Examples:
  trustpub bundle --out ../npm-publish --namespace acme   your own copy of all three
  trustpub bundle --check                                 in trustpub's repository: end with 1 on drift")]
pub(crate) struct Args {
    /// Write below this folder; it is made where it is missing [default: trustpub's own repository]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, requires = "namespace")]
    out: Option<PathBuf>,
    /// Owner of the members' projects: the GitHub owner, GitLab group and `CircleCI` namespace
    #[arg(long, value_name = "NS", requires = "out")]
    namespace: Option<String>,
    /// Write nothing; end with 1 when a file is missing, differs or is left over
    #[arg(long)]
    check: bool,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Answer {
    let own = Bundle::new(args.namespace.as_deref().unwrap_or(bundle::NAMESPACE), args.out.is_none())?;
    let disk = match &args.out {
        Some(dir) if args.check => {
            Disk::open(dir).with_context(|| format!("cannot open the folder `{}`", dir.display()))?
        }
        Some(dir) => {
            Disk::create(dir).with_context(|| format!("cannot make the folder `{}`", dir.display()))?
        }
        None => context.repository()?,
    };
    if args.out.is_none() {
        bundle::own_repository(&disk)?;
    }
    let rendered = own.render();
    if args.check {
        let drifted = bundle::drift(&disk, &rendered)?;
        for one in &drifted {
            context.print(&one.diff())?;
        }
        return Ok(if drifted.is_empty() { Exit::Clean } else { Exit::Found });
    }
    for path in bundle::write(&disk, &rendered)? {
        context.print(&format!("written    {path}\n"))?;
    }
    for one in bundle::drift(&disk, &rendered)? {
        context.note(&format!("{} is in no member any more: remove it\n", one.path));
    }
    Ok(Exit::Clean)
}
