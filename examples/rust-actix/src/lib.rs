pub const LINKS: &[(&str, &str)] = &[
    ("docs", "https://example.com/docs"),
    ("blog", "https://example.com/blog"),
];

pub fn find(slug: &str) -> Option<&'static str> {
    LINKS
        .iter()
        .find(|(name, _)| *name == slug)
        .map(|(_, url)| *url)
}
