//! npm versions and ranges as the facts files write them.

use nodejs_semver::{Range, Version};
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serializer};

pub(super) fn one<'de, D: Deserializer<'de>>(from: D) -> Result<Version, D::Error> {
    String::deserialize(from)?.parse().map_err(D::Error::custom)
}

pub(super) fn optional<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Version>, D::Error> {
    one(from).map(Some)
}

pub(super) fn many<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Version>, D::Error> {
    Vec::<String>::deserialize(from)?.iter().map(|text| text.parse().map_err(D::Error::custom)).collect()
}

pub(super) fn range<'de, D: Deserializer<'de>>(from: D) -> Result<Range, D::Error> {
    String::deserialize(from)?.parse().map_err(D::Error::custom)
}

pub(super) fn show<S: Serializer, T: std::fmt::Display>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

#[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
pub(super) fn show_optional<S: Serializer, T: std::fmt::Display>(
    value: &Option<T>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => to.collect_str(value),
        None => to.serialize_none(),
    }
}

pub(super) fn show_many<S: Serializer, T: std::fmt::Display>(values: &[T], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(values.iter().map(ToString::to_string))
}
