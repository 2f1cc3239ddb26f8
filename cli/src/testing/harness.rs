//! The arguments of Rust's test harness, as far as driving it needs to understand them.

/// What the user wants of the harness.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Parts of the names of the tests to run; all when empty.
    pub filters: Vec<String>,
    /// `--skip`.
    pub skip: Vec<String>,
    /// `--exact`.
    pub exact: bool,
    /// `--ignored`.
    pub ignored: bool,
    /// `--include-ignored`.
    pub include_ignored: bool,
    /// `--nocapture`: what tests write is shown as it comes.
    pub nocapture: bool,
    /// `--show-output`: what tests write is shown of those that pass, too.
    pub show_output: bool,
    /// `-q`, `--quiet` or `--format=terse`: a character for each test.
    pub terse: bool,
    /// `--list` or `--help`: no test is run.
    pub only_asks: bool,
    /// What is left to the harness, which may refuse it.
    pub rest: Vec<String>,
}

impl Wanted {
    /// Reads the arguments.
    #[must_use]
    pub fn read(args: &[String]) -> Wanted {
        let mut wanted = Wanted::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            if arg == "--" {
                wanted.filters.extend(args.by_ref().cloned());
                break;
            }
            let (name, mut value) = match arg.split_once('=') {
                Some((name, value)) if arg.starts_with("--") => (name, Some(value.to_owned())),
                _ => (arg.as_str(), None),
            };
            if ["--skip", "--format", "--color", "--test-threads"].contains(&name)
                && value.is_none()
            {
                value = args.next().cloned();
            }
            if !wanted.take(name, value.as_deref()) {
                wanted.rest.push(arg.clone());
            }
        }
        wanted
    }

    /// Whether the argument is one that is understood.
    fn take(&mut self, name: &str, value: Option<&str>) -> bool {
        match (name, value) {
            ("--skip", Some(part)) => self.skip.push(part.to_owned()),
            ("--exact", None) => self.exact = true,
            ("--ignored", None) => self.ignored = true,
            ("--include-ignored", None) => self.include_ignored = true,
            ("--nocapture" | "--no-capture", None) => self.nocapture = true,
            ("--show-output", None) => self.show_output = true,
            ("-q" | "--quiet", None) | ("--format", Some("terse")) => self.terse = true,
            // One thread is all there is, and the colour is wasify's.
            ("--test-threads", Some(number)) => {
                return number.parse::<u32>().is_ok_and(|number| number > 0);
            }
            ("--format", Some("pretty")) | ("--color", Some("auto" | "always" | "never")) => {}
            ("--list" | "--help" | "-h", None) => self.only_asks = true,
            (name, None) if !name.starts_with('-') => self.filters.push(name.to_owned()),
            _ => return false,
        }
        true
    }

    /// The arguments that list the tests that would run, in order.
    #[must_use]
    pub fn list(&self) -> Vec<String> {
        self.with(&["--list", "--format=terse"])
    }

    /// The arguments that run them all.
    #[must_use]
    pub fn all(&self, nocapture: bool) -> Vec<String> {
        let capture: &[&str] = if nocapture { &["--nocapture"] } else { &[] };
        self.with(&[&FORCED, capture].concat())
    }

    /// The arguments that run just these tests.
    #[must_use]
    pub fn only(&self, names: &[String], nocapture: bool) -> Vec<String> {
        let just = Wanted {
            filters: names.to_vec(),
            skip: Vec::new(),
            exact: true,
            ..self.clone()
        };
        just.all(nocapture)
    }

    fn with(&self, first: &[&str]) -> Vec<String> {
        let mut args: Vec<String> = first.iter().map(|arg| (*arg).to_owned()).collect();
        let switches = [
            ("--exact", self.exact),
            ("--ignored", self.ignored),
            ("--include-ignored", self.include_ignored),
        ];
        let on = switches.iter().filter(|(_, on)| *on);
        args.extend(on.map(|(switch, _)| (*switch).to_owned()));
        args.extend(self.rest.iter().cloned());
        for part in &self.skip {
            args.extend(["--skip".to_owned(), part.clone()]);
        }
        if !self.filters.is_empty() {
            args.push("--".to_owned());
            args.extend(self.filters.iter().cloned());
        }
        args
    }
}

/// What the transcript is read from.
const FORCED: [&str; 3] = ["--format=pretty", "--color=never", "--test-threads=1"];

/// Whether a program has Rust's own test harness in it: by a variable that nothing else asks for.
#[must_use]
pub fn is_in(program: &[u8]) -> bool {
    const ASKS_FOR: &[u8] = b"RUST_TEST_NOCAPTURE";
    program
        .windows(ASKS_FOR.len())
        .any(|window| window == ASKS_FOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Wanted {
        let args: Vec<String> = line.split(' ').map(str::to_owned).collect();
        Wanted::read(&args)
    }

    #[test]
    fn arguments_keep_their_meaning() {
        let wanted = read("adds --skip slow --skip=big --exact --test-threads 4 --nocapture x");
        assert_eq!(wanted.filters, ["adds", "x"]);
        assert_eq!(wanted.skip, ["slow", "big"]);
        assert!(wanted.exact && wanted.nocapture && wanted.rest.is_empty());
        assert_eq!(
            wanted.list().join(" "),
            "--list --format=terse --exact --skip slow --skip big -- adds x"
        );
        let names = ["a::b".to_owned()];
        assert_eq!(
            read("--include-ignored --skip a")
                .only(&names, true)
                .join(" "),
            "--format=pretty --color=never --test-threads=1 --nocapture --exact --include-ignored -- a::b"
        );
    }

    #[test]
    fn what_is_not_understood_is_left_to_the_harness() {
        assert_eq!(
            read("--shuffle -Zx --test-threads=0").rest,
            ["--shuffle", "-Zx", "--test-threads=0"]
        );
        assert_eq!(
            read("--format=json --frob").rest,
            ["--format=json", "--frob"]
        );
        assert!(read("--list").only_asks && read("-q").terse);
    }
}
