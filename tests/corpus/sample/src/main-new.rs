//! Counts words and lines.

use std::io::{self, Read};

/// How many words there are.
fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn main() -> io::Result<()> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    // The answers.
    println!("{} {}", words(&text), text.lines().count());
    Ok(())
}
