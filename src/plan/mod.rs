//! The provider-neutral publish plan: jobs, steps, identity, guard, toolchain solver, strategy advice.
