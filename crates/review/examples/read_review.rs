//! Reads a review and prints it as JSON, for the browser tests: `cargo run -p wellproof-review --example read_review -- FILE`.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    let file = std::env::args_os().nth(1).ok_or_else(|| io::Error::other("name a file"))?;
    let review = wellproof_review::import(&file.to_string_lossy(), &std::fs::read(&file)?, None);
    let json = serde_json::to_string(&review.map_err(|err| io::Error::other(err.to_string()))?)?;
    writeln!(io::stdout(), "{json}")
}
