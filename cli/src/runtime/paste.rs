//! The command line again, with more permissions.

use super::needs::Opening;
use super::words::DirWord;
use crate::report::run::shell_line;

/// The command line that was typed, with these added; a directory that is given with more now is left
/// out where it stood.
#[must_use]
pub fn line(typed: impl Iterator<Item = String>, openings: &[Opening]) -> String {
    let mut typed = typed.peekable();
    let mut line = Vec::new();
    if let Some(program) = typed.next() {
        let stem = std::path::Path::new(&program).file_stem();
        let stem = stem.unwrap_or_default().to_string_lossy().into_owned();
        line.extend(match stem.as_str() {
            "cargo-wasify" => vec!["cargo".to_owned(), "wasify".to_owned()],
            _ => vec![stem],
        });
        if line.len() == 2 && typed.peek().is_some_and(|word| word == "wasify") {
            typed.next();
        }
    }
    let more: Vec<String> = openings.iter().flat_map(Opening::arguments).collect();
    let replaced = |text: &str| {
        let Ok(word) = DirWord::parse(text) else {
            return false;
        };
        let mut dirs = openings.iter().filter_map(Opening::dir);
        dirs.any(|dir| dir.guest() == word.guest())
    };
    let (mut given, mut programs) = (false, false);
    while let Some(word) = typed.next() {
        programs |= word == "--";
        if !programs {
            let next = typed.peek().filter(|_| word == "--dir");
            if next.is_some_and(|next| replaced(next)) {
                typed.next();
                continue;
            }
            if word.strip_prefix("--dir=").is_some_and(replaced) {
                continue;
            }
        }
        let is_run = word == "run";
        line.push(word);
        if is_run && !given {
            given = true;
            line.extend(more.iter().cloned());
        }
    }
    shell_line(&line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::words::NetWord;

    fn pasted(typed: &str, openings: &[Opening]) -> String {
        line(typed.split(' ').map(str::to_owned), openings)
    }

    #[test]
    fn permissions_stand_before_the_rest() {
        let dir = |read_only| Opening::Dir {
            host: "data".to_owned(),
            guest: None,
            read_only,
        };
        let net = Opening::Net(NetWord::parse("a:1").unwrap());
        assert_eq!(
            pasted(
                "/x/wasify run app.wasm -- run --dir data",
                &[dir(true), net]
            ),
            "wasify run --dir data:ro --allow-net=a:1 app.wasm -- run --dir data"
        );
        assert_eq!(
            pasted(
                "wasify run --dir data:ro --dir=./data:ro --dir x app.wasm",
                &[dir(false)]
            ),
            "wasify run --dir data --dir x app.wasm"
        );
        assert_eq!(
            pasted("/x/cargo-wasify wasify run", &[dir(true)]),
            "cargo wasify run --dir data:ro"
        );
    }
}
