//! Permissions as people write them: on the command line, and in `wasify.toml`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use wasify_runtime::Endpoint;

/// `HOST[::GUEST][:ro]`: a directory, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirWord {
    /// Where it is, relative to where it was written.
    pub host: String,
    /// The guest's name for it, when it is not the same.
    pub guest: Option<String>,
    /// `:ro`.
    pub read_only: bool,
}

impl DirWord {
    /// Reads one. What ends in `:ro` or `:rw` is without it the path; a drive's colon is none of ours.
    ///
    /// # Errors
    /// What is wrong, as part of a sentence.
    pub fn parse(text: &str) -> Result<DirWord, String> {
        let (paths, read_only) = match text.strip_suffix(":ro") {
            Some(paths) => (paths, true),
            None => (text.strip_suffix(":rw").unwrap_or(text), false),
        };
        let (host, guest) = match paths.split_once("::") {
            Some((host, guest)) => (host, Some(guest)),
            None => (paths, None),
        };
        if host.is_empty() || guest.is_some_and(str::is_empty) {
            return Err("a directory has no name".to_owned());
        }
        if paths.contains('\0') {
            return Err("a name has a zero in it".to_owned());
        }
        Ok(DirWord {
            host: host.to_owned(),
            guest: guest.map(str::to_owned),
            read_only,
        })
    }

    /// The name by which the guest finds it.
    #[must_use]
    pub fn guest(&self) -> String {
        let name = self.guest.as_ref().unwrap_or(&self.host);
        let name = if cfg!(windows) && self.guest.is_none() {
            name.replace('\\', "/")
        } else {
            name.clone()
        };
        // `data/` and `./data` are `data`, or the guest would not find it by that.
        let bare = name.strip_prefix("./").unwrap_or(&name);
        match bare.trim_end_matches('/') {
            "" if name.starts_with('/') => "/".to_owned(),
            "" => ".".to_owned(),
            bare => bare.to_owned(),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self, base: &Path) -> PathBuf {
        base.join(&self.host)
    }
}

impl fmt::Display for DirWord {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.host)?;
        if let Some(guest) = &self.guest {
            write!(out, "::{guest}")?;
        }
        if self.read_only {
            out.write_str(":ro")
        } else if self.host.ends_with(":ro") || self.host.ends_with(":rw") {
            out.write_str(":rw")
        } else {
            Ok(())
        }
    }
}

/// `K` or `K=V`: an environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvWord {
    /// Its name.
    pub name: String,
    /// Its value; `None` takes wasify's own.
    pub value: Option<String>,
}

impl EnvWord {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong, as part of a sentence.
    pub fn parse(text: &str) -> Result<EnvWord, String> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (text, None),
        };
        if name.is_empty() {
            return Err("it has no name; write NAME or NAME=VALUE".to_owned());
        }
        if text.contains('\0') {
            return Err("it has a zero in it".to_owned());
        }
        Ok(EnvWord {
            name: name.to_owned(),
            value,
        })
    }
}

impl fmt::Display for EnvWord {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(out, "{}={value}", self.name),
            None => out.write_str(&self.name),
        }
    }
}

/// `HOST:PORT` or `listen:ADDRESS:PORT`: a door of the network.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum NetWord {
    /// `*`: all of it, both ways.
    Everything,
    /// Where the guest may connect to.
    Connect(Endpoint),
    /// Where others may reach the guest.
    Listen(Endpoint),
}

impl NetWord {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong, as part of a sentence.
    pub fn parse(text: &str) -> Result<NetWord, String> {
        if text == "*" {
            return Ok(NetWord::Everything);
        }
        let (listens, end) = match text.strip_prefix("listen:") {
            Some(end) => (true, end),
            None => (false, text),
        };
        let endpoint = || {
            if !end.is_empty() && end.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(format!("a port needs a host in front, such as `*:{end}`"));
            }
            if end.contains("://") {
                return Err("a host and a port are wanted, not a URL".to_owned());
            }
            Endpoint::parse(end)
        };
        let end = endpoint()?;
        Ok(if listens {
            NetWord::Listen(end)
        } else {
            NetWord::Connect(end)
        })
    }
}

impl fmt::Display for NetWord {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NetWord::Everything => out.write_str("*"),
            NetWord::Connect(end) => end.fmt(out),
            NetWord::Listen(end) => write!(out, "listen:{end}"),
        }
    }
}

/// The page of a WebAssembly memory, in bytes.
const PAGE: u64 = 64 << 10;

/// Reads a size: `512M`, `2G`, `65536`; a unit is 1024 of the smaller one.
///
/// # Errors
/// What is wrong, as part of a sentence.
pub fn size(text: &str) -> Result<u64, String> {
    let wanted = || "a size is a number and K, M or G, such as 512M".to_owned();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = unit.to_ascii_lowercase();
    let shift = match unit.trim_end_matches('b').trim_end_matches('i') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        _ => return Err(wanted()),
    };
    let number: u64 = number.parse().map_err(|_| wanted())?;
    let bytes = number.checked_mul(1 << shift).ok_or_else(wanted)?;
    if bytes < PAGE {
        return Err("it is less than one page of memory, 64K".to_owned());
    }
    Ok(bytes)
}

/// A size as it is written: `512M`, or bytes.
#[must_use]
pub fn shown_size(bytes: u64) -> String {
    let units = [(30, "G"), (20, "M"), (10, "K")];
    let whole = units
        .iter()
        .find(|(shift, _)| bytes.is_multiple_of(1 << shift));
    match whole {
        Some((shift, unit)) => format!("{}{unit}", bytes >> shift),
        None => bytes.to_string(),
    }
}

/// Reads a duration: `10s`, `1m`, `500ms`, `2h`; a number alone is seconds.
///
/// # Errors
/// What is wrong, as part of a sentence.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wanted = || "a time is a number and ms, s, m or h, such as 10s".to_owned();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wanted())?;
    let millis = match unit {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(wanted()),
    };
    // A year; the clock behind it has an end.
    let most = 366 * 24 * 3_600_000;
    match number.checked_mul(millis) {
        Some(0) => Err("no time at all is too short".to_owned()),
        Some(millis) if millis <= most => Ok(Duration::from_millis(millis)),
        _ => Err("it is longer than a year; leave it out to run for ever".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_as_they_are_written() {
        for (text, host, guest, read_only) in [
            ("data", "data", "data", false),
            ("data:ro", "data", "data", true),
            ("./data/", "./data/", "data", false),
            (".", ".", ".", false),
            ("./", "./", ".", false),
            ("/", "/", "/", false),
            ("/srv/x::data:ro", "/srv/x", "data", true),
            ("C:\\data:ro", "C:\\data", "C:\\data", true),
            ("C:\\data::/data", "C:\\data", "/data", false),
            ("odd:ro:rw", "odd:ro", "odd:ro", false),
        ] {
            let word = DirWord::parse(text).unwrap();
            assert_eq!((word.host.as_str(), word.read_only), (host, read_only));
            if !cfg!(windows) {
                assert_eq!(word.guest(), guest, "{text}");
            }
            assert_eq!(word.to_string(), text);
        }
        for wrong in ["", ":ro", "::guest", "host::", "host:::ro"] {
            assert!(DirWord::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_network_both_ways() {
        for text in [
            "*",
            "example.com:443",
            "*:53",
            "listen:127.0.0.1:8080",
            "listen:[::1]:80",
        ] {
            assert_eq!(NetWord::parse(text).unwrap().to_string(), text);
        }
        for (wrong, why) in [
            ("8080", "`*:8080`"),
            ("https://a", "not a URL"),
            ("a:x", "not a port"),
            ("listen:", "neither"),
        ] {
            let said = NetWord::parse(wrong).unwrap_err();
            assert!(said.contains(why), "{wrong}: {said}");
        }
    }

    #[test]
    fn sizes_and_durations() {
        assert_eq!(size("512M"), Ok(512 << 20));
        assert_eq!(size("2GiB"), Ok(2 << 30));
        assert_eq!(
            (shown_size(3 << 20), shown_size(1001)),
            ("3M".to_owned(), "1001".to_owned())
        );
        assert_eq!(size("65536"), Ok(65536));
        for wrong in ["", "M", "1.5G", "10", "-1M", "99999999999999999999G", "5T"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        assert_eq!(duration("10"), Ok(Duration::from_secs(10)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("2h"), Ok(Duration::from_secs(7200)));
        for wrong in ["", "s", "1.5s", "0", "0s", "1d", "9000h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        assert!(EnvWord::parse("=x").is_err());
        assert_eq!(
            EnvWord::parse("A=b=c").unwrap().value.as_deref(),
            Some("b=c")
        );
    }
}
