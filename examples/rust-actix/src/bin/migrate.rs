fn main() {
    for (slug, url) in link_shortener::LINKS {
        println!("migrated {slug} -> {url}");
    }
}
