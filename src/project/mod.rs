//! What a repository is: manifests, workspaces, npm configuration, lockfile versions, Node version files, release tools, git remote.
