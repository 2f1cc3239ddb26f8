//! What the user names: a package, an interface, or one function.

use std::fmt;
use std::str::FromStr;

use super::parts::CoreImport;

/// Names imports: `wasi:sockets`, `wasi:sockets/tcp@0.2.6`, `wasi:sockets/tcp#[method]tcp-socket.start-bind`.
/// Without a version all are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// `wasi:sockets` or `wasi:sockets/tcp`, without the version.
    interface: String,
    version: Option<String>,
    function: Option<String>,
}

impl FromStr for Selector {
    type Err = String;

    fn from_str(text: &str) -> Result<Selector, String> {
        let (interface, function) = match text.split_once('#') {
            Some((interface, function)) => (interface, Some(function)),
            None => (text, None),
        };
        let (interface, version) = match interface.split_once('@') {
            Some((interface, version)) => (interface, Some(version)),
            None => (interface, None),
        };
        let is_word = |word: &str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
            !word.is_empty() && word.chars().all(plain)
        };
        let package = interface.split_once('/').map_or(interface, |it| it.0);
        let rest = interface.split_once('/').map(|it| it.1);
        let is_package = package
            .split_once(':')
            .is_some_and(|(namespace, name)| is_word(namespace) && is_word(name));
        // An interface may have a name of its own, and no package.
        let is_name = is_word(package) && rest.is_none();
        let sound = (is_package && rest.is_none_or(is_word)) || is_name;
        if !sound || version == Some("") || function == Some("") {
            return Err(
                "it is none of: a package (wasi:sockets), an interface (wasi:sockets/tcp), a function \
                 (wasi:sockets/tcp#[method]tcp-socket.start-bind)"
                    .to_owned(),
            );
        }
        if function.is_some() && is_package && rest.is_none() {
            return Err("a function is one of an interface: wasi:sockets/tcp#NAME".to_owned());
        }
        Ok(Selector {
            interface: interface.to_owned(),
            version: version.map(str::to_owned),
            function: function.map(str::to_owned),
        })
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.interface)?;
        if let Some(version) = &self.version {
            write!(f, "@{version}")?;
        }
        if let Some(function) = &self.function {
            write!(f, "#{function}")?;
        }
        Ok(())
    }
}

impl Selector {
    /// Whether it names an import.
    pub(super) fn is_for(&self, import: &CoreImport) -> bool {
        self.is_of(&import.interface)
            && (self.function.is_none() || self.function.as_ref() == Some(&import.name))
    }

    /// Whether it names an interface, or something of it.
    pub(super) fn is_of(&self, interface: &str) -> bool {
        let name = unversioned(interface);
        let version = interface.split_once('@').map(|it| it.1);
        let in_it = name == self.interface
            || name
                .strip_prefix(self.interface.as_str())
                .is_some_and(|rest| rest.starts_with('/'));
        in_it && (self.version.is_none() || self.version.as_deref() == version)
    }

    pub(super) fn names_function(&self) -> bool {
        self.function.is_some()
    }
}

/// `wasi:sockets/tcp` of `wasi:sockets/tcp@0.2.6`.
pub(super) fn unversioned(interface: &str) -> &str {
    interface.split_once('@').map_or(interface, |it| it.0)
}

/// The selectors that would name an import, from the widest on.
pub(super) fn names(import: &CoreImport) -> Vec<String> {
    let interface = unversioned(&import.interface);
    let package = interface.split_once('/').map(|it| it.0.to_owned());
    let function = format!("{interface}#{}", import.name);
    let all = [package, Some(interface.to_owned()), Some(function)];
    all.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_named() {
        for text in [
            "wasi:sockets",
            "wasi:sockets@0.2.6",
            "wasi:sockets/tcp",
            "wasi:sockets/tcp@0.2.6#[method]tcp-socket.start-bind",
            "named",
            "named#f",
        ] {
            let selector: Selector = text.parse().unwrap();
            assert_eq!(selector.to_string(), text);
        }
        for text in [
            "",
            "wasi:",
            "wasi:sockets/",
            "a/b",
            "wasi:sockets#f",
            "x#",
            "wasi:x@",
        ] {
            assert!(text.parse::<Selector>().is_err(), "{text}");
        }
    }
}
