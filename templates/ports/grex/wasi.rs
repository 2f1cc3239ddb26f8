//! The command line where the library that reads it elsewhere isn't there: the same options, read by hand.

use std::fs;
use std::io::{self, BufRead, Read};

use grex::RegExpBuilder;

const USAGE: &str = "\
Usage: grex [OPTIONS] {INPUT...|--file <FILE>}

  -f, --file <FILE>              reads test cases from a file, a line each; `-` for its name on standard input
  -d, --digits                   \\d    -D, --non-digits    \\D
  -s, --spaces                   \\s    -S, --non-spaces    \\S
  -w, --words                    \\w    -W, --non-words     \\W
  -e, --escape                   escapes what is not ASCII; --with-surrogates as surrogate pairs
  -r, --repetitions              {min,max}; --min-repetitions <QUANTITY>, --min-substring-length <LENGTH>
      --no-start-anchor, --no-end-anchor, --no-anchors
  -x, --verbose   -c, --colorize   -i, --ignore-case   -g, --capture-groups   -h, --help   -v, --version";

/// What the words of the command line ask for.
#[derive(Default)]
struct Asked {
    flags: Vec<String>,
    file: Option<String>,
    input: Vec<String>,
    min_repetitions: Option<u32>,
    min_substring_length: Option<u32>,
}

const LONG: [(&str, &str); 20] = [
    ("--file", "f"),
    ("--digits", "d"),
    ("--non-digits", "D"),
    ("--spaces", "s"),
    ("--non-spaces", "S"),
    ("--words", "w"),
    ("--non-words", "W"),
    ("--escape", "e"),
    ("--with-surrogates", "with-surrogates"),
    ("--repetitions", "r"),
    ("--min-repetitions", "min-repetitions"),
    ("--min-substring-length", "min-substring-length"),
    ("--no-start-anchor", "no-start-anchor"),
    ("--no-end-anchor", "no-end-anchor"),
    ("--no-anchors", "no-anchors"),
    ("--verbose", "x"),
    ("--colorize", "c"),
    ("--ignore-case", "i"),
    ("--capture-groups", "g"),
    ("--help", "h"),
];

impl Asked {
    fn read(words: impl Iterator<Item = String>) -> Result<Asked, String> {
        let mut asked = Asked::default();
        let mut words = words;
        while let Some(word) = words.next() {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
                _ => (word.as_str(), None),
            };
            if word == "--" {
                asked.input.extend(words.by_ref());
            } else if name == "--version" {
                asked.flags.push("v".to_owned());
            } else if let Some((_, flag)) = LONG.iter().find(|(long, _)| *long == name) {
                asked.take(flag, value, &mut words)?;
            } else if is_short(&word) {
                for (at, flag) in word.char_indices().skip(1) {
                    if flag == 'f' {
                        let rest = word[at + 1..].trim_start_matches('=');
                        let rest = (!rest.is_empty()).then(|| rest.to_owned());
                        asked.take("f", rest, &mut words)?;
                        break;
                    }
                    asked.flags.push(flag.to_string());
                }
            } else {
                asked.input.push(word);
            }
        }
        Ok(asked)
    }

    fn take(
        &mut self,
        flag: &str,
        value: Option<String>,
        words: &mut impl Iterator<Item = String>,
    ) -> Result<(), String> {
        let mut value = || {
            let value = value.clone().or_else(|| words.next());
            value.ok_or_else(|| format!("error: a value is required for '--{flag}'"))
        };
        match flag {
            "f" => self.file = Some(value()?),
            "min-repetitions" => self.min_repetitions = Some(number(&value()?)?),
            "min-substring-length" => self.min_substring_length = Some(number(&value()?)?),
            flag => self.flags.push(flag.to_owned()),
        }
        Ok(())
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|other| other == flag)
    }

    fn test_cases(&self) -> Result<Vec<String>, String> {
        match &self.file {
            Some(_) if !self.input.is_empty() => {
                Err("error: the argument '--file <FILE>' cannot be used with '[INPUT]...'".into())
            }
            Some(file) => {
                let mut path = file.clone();
                if path == "-" {
                    path.clear();
                    let read = io::stdin().read_to_string(&mut path);
                    read.map_err(|error| format!("error: {error}"))?;
                }
                let text = fs::read_to_string(path.trim()).map_err(|error| unreadable(&error))?;
                Ok(text.lines().map(str::to_owned).collect())
            }
            None if self.input == ["-"] => {
                let lines: io::Result<Vec<String>> = io::stdin().lock().lines().collect();
                lines.map_err(|error| unreadable(&error))
            }
            None if self.input.is_empty() => Err(USAGE.to_owned()),
            None => Ok(self.input.clone()),
        }
    }

    fn expression(&self, test_cases: &[String]) -> String {
        let mut builder = RegExpBuilder::from(test_cases);
        for flag in &self.flags {
            match flag.as_str() {
                "d" => builder.with_conversion_of_digits(),
                "D" => builder.with_conversion_of_non_digits(),
                "s" => builder.with_conversion_of_whitespace(),
                "S" => builder.with_conversion_of_non_whitespace(),
                "w" => builder.with_conversion_of_words(),
                "W" => builder.with_conversion_of_non_words(),
                "e" => builder.with_escaping_of_non_ascii_chars(self.has("with-surrogates")),
                "r" => builder.with_conversion_of_repetitions(),
                "no-start-anchor" => builder.without_start_anchor(),
                "no-end-anchor" => builder.without_end_anchor(),
                "no-anchors" => builder.without_anchors(),
                "x" => builder.with_verbose_mode(),
                "c" => builder.with_syntax_highlighting(),
                "i" => builder.with_case_insensitive_matching(),
                "g" => builder.with_capturing_groups(),
                _ => &mut builder,
            };
        }
        builder
            .with_minimum_repetitions(self.min_repetitions.unwrap_or(1))
            .with_minimum_substring_length(self.min_substring_length.unwrap_or(1))
            .build()
    }
}

/// Some test cases begin with a hyphen themselves: only what consists of known letters is an option.
fn is_short(word: &str) -> bool {
    let letters = word.strip_prefix('-').unwrap_or_default();
    let letters = letters.split_once('f').map_or(letters, |(before, _)| before);
    word.len() > 1 && word.starts_with('-') && letters.chars().all(|it| "dDsSwWerxcighv".contains(it))
}

fn number(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(0) => Err("error: Value must not be zero".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err("error: Value is not a valid unsigned integer".to_owned()),
    }
}

fn unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "error: the specified file could not be found".to_owned(),
        io::ErrorKind::InvalidData => {
            "error: the specified file's encoding is not valid UTF-8".to_owned()
        }
        _ => format!("error: {error}"),
    }
}

fn run() -> Result<String, String> {
    let asked = Asked::read(std::env::args().skip(1))?;
    if asked.has("h") {
        return Ok(USAGE.to_owned());
    }
    if asked.has("v") {
        return Ok(concat!("grex ", env!("CARGO_PKG_VERSION")).to_owned());
    }
    if asked.has("with-surrogates") && !asked.has("e") {
        return Err("error: '--with-surrogates' requires '--escape'".to_owned());
    }
    let test_cases = asked.test_cases()?;
    Ok(asked.expression(&test_cases))
}

pub(crate) fn main() {
    match run() {
        Ok(text) => println!("{text}"),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}
