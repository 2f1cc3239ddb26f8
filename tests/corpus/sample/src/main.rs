//! Counts words.

use std::io::{self, Read};

/// How many words there are.
fn count(text: &str) -> usize {
    text.split_whitespace().count()
}

fn main() -> io::Result<()> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    // The answer.
    println!("{}", count(&text));
    Ok(())
}
