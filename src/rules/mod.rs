//! One file per rule: metadata, documentation, check, fix. A rule reads the model; it never parses,
//! prints or writes.
//!
//! A rule's file is named like its id (`npm_too_old.rs` is `npm-too-old`) and starts with its page as a
//! doc comment: a title, what it does, why, an example that it reports and one that it does not (both run
//! as tests), and the evidence. `build.rs` makes the table below from the files.

mod engine;

mod action_input_unknown;
mod action_pin_not_commit;
mod action_unpinned;
mod artifacts_inherited;
mod branches_left_open;
mod cache_in_publish_job;
mod changesets_npmrc;
mod checkout_persists_credentials;
mod checkout_unsafe_pr;
mod child_pipeline_publish;
mod ci_variable_false;
mod cli_shadowed;
mod command_needs_token;
mod component_input_unchecked;
mod component_reaches_out;
mod concurrency_missing;
mod context_token_unproven;
mod dist_tag_npm_too_old;
mod duplicate_key;
mod entry_file_mismatch;
mod environment_dynamic;
mod environment_mismatch;
mod environment_refuses_trigger;
mod guard_missing;
mod guard_misspelt;
mod guard_open;
mod guard_unproven;
mod host_self_managed;
mod id_token_audience_wrong;
mod id_token_caller_missing;
mod id_token_claims_invalid;
mod id_token_crosses_step;
mod id_token_failure_hidden;
mod id_token_misplaced;
mod id_token_missing;
mod id_token_name_wrong;
mod id_token_not_exported;
mod id_token_source_wrong;
mod id_token_too_wide;
mod id_token_value_invalid;
mod image_unpinned;
mod include_input_unknown;
mod include_unpinned;
mod install_beside_identity;
mod install_token_beside_publish;
mod job_token_misused;
mod keywords_conflict;
mod lifecycle_beside_identity;
mod manifest_invalid;
mod multiple_entry_workflows;
mod node_floating;
mod node_too_old;
mod npm_engine_mismatch;
mod npm_global_needs_sudo;
mod npm_latest;
mod npm_release_broken;
mod npm_self_upgrade_broken;
mod npm_too_old;
mod npm_upgrade_unpinned;
mod npm_version_unknown;
mod npmrc_auth_unscoped;
mod npmrc_token_line;
mod orb_unpinned;
mod package_private;
mod prerelease_untagged;
mod provenance_disable_ineffective;
mod provenance_private;
mod provenance_redundant;
mod provenance_token_audience_wrong;
mod provenance_token_missing;
mod provenance_unsupported;
mod publish_any_branch;
mod publish_cancellable;
mod publish_hidden;
mod publish_retried;
mod registries_mixed;
mod registry_other_scope;
mod registry_slash;
mod registry_url_placeholder;
mod release_it_checks;
mod repository_form;
mod repository_mismatch;
mod repository_missing;
mod reusable_entry;
mod run_detached;
mod runner_not_hosted;
mod runner_unknown;
mod script_piped;
mod secret_printed;
mod secrets_inherit;
mod spec_invalid;
mod stage_npm_too_old;
mod stored_publish_token;
mod syntax_deprecated;
mod tag_filter_missing;
mod tag_pattern_unanchored;
mod template_injection;
mod timeout_missing;
mod token_empty;
mod token_literal;
mod token_masks_oidc;
mod token_too_wide;
mod token_written_to_npmrc;
mod tool_too_old;
mod tool_without_oidc;
mod trigger_dangerous;
mod trigger_never_fires;
mod trigger_pull_request;
mod trigger_schedule;
mod unread;
mod yaml_syntax;
mod yarn_token_wins;

pub use engine::{
    Availability, Baseline, BaselineError, Check, Context, Example, FileCheck, FixPlan, Meta, Outcome, Page,
    Rule, Run, Selection, SelectionError, fingerprint, plan_fixes, table,
};

/// Every rule, by id.
pub static ALL: &[Rule] = &include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// The rule with this id.
pub fn by_id(id: &str) -> Option<&'static Rule> {
    ALL.binary_search_by(|rule| rule.meta.id.cmp(id)).ok().map(|index| &ALL[index])
}
