// Where this run comes from: its git tag. CircleCI has no provenance, so no URL.
const currentTag = () => env.CIRCLE_TAG ?? '';
const publicUrl = () => '';
