//! The default npm registry. Its host stands here and nowhere else.

/// Host name of the default npm registry.
pub const HOST: &str = "registry.npmjs.org";
/// Whether `host` is that of a service that hands a publish on to the default npm registry.
pub fn is_proxy(host: &str) -> bool {
    super::urls::hosts("npm-proxy-").any(|proxy| proxy.eq_ignore_ascii_case(host))
}

/// The default npm registry as npm writes it, with the trailing slash that tools compare on.
pub const URL: &str = "https://registry.npmjs.org/";
/// Audience of the id token that npm's exchange accepts: `npm:` and the registry's host name
/// (npm, `lib/utils/oidc.js`).
pub const AUDIENCE: &str = "npm:registry.npmjs.org";
