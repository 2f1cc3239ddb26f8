//! Symbols as people read them: demangled, in one canonical form.

use std::borrow::Cow;

/// Demangles a Rust (legacy or v0) or C++ symbol, without the hash; anything else stays as it is.
pub(crate) fn demangle(symbol: &str) -> Cow<'_, str> {
    if is_rust(symbol)
        && let Ok(name) = rustc_demangle::try_demangle(symbol)
    {
        return Cow::Owned(format!("{name:#}"));
    }
    if symbol.starts_with("_Z")
        && let Ok(parsed) = cpp_demangle::Symbol::new(symbol)
        && let Ok(name) = parsed.demangle()
    {
        return Cow::Owned(name);
    }
    Cow::Borrowed(symbol)
}

/// Whether a symbol is mangled in one of Rust's ways.
pub(crate) fn is_rust(symbol: &str) -> bool {
    // Legacy Rust mangling ends in a 16-digit hash segment; C++ never does.
    symbol.starts_with("_R") || (symbol.starts_with("_ZN") && symbol.contains("17h"))
}

/// A demangled path in the form that rules are written in: no generic arguments, and an inherent
/// implementation `<a::B>::c` as `a::B::c`. Trait implementations stay `<A as B>::c`.
pub(crate) fn canonical(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        let close = open + group_end(&rest[open..]);
        let inner = rest[open..close].trim_start_matches('<');
        let inner = inner.strip_suffix('>').unwrap_or(inner);
        rest = &rest[close..];
        push_group(&mut out, inner);
    }
    out.push_str(rest);
    out
}

/// Adds what a `<...>` group leaves in a canonical path.
fn push_group(out: &mut String, inner: &str) {
    if out.is_empty() || out.ends_with(|c: char| "&( ".contains(c)) {
        // `<A as B>::c` at the start of a path, or `<A>::c`.
        match split_as(inner) {
            Some((this, of)) => {
                out.push('<');
                out.push_str(&canonical(this));
                out.push_str(" as ");
                out.push_str(&canonical(of));
                out.push('>');
            }
            None => out.push_str(&canonical(inner)),
        }
    } else if inner.starts_with("impl ") {
        out.push('<');
        out.push_str(&canonical(inner));
        out.push('>');
    } else if out.ends_with("::") {
        // A turbofish: `f::<T>`.
        out.truncate(out.len() - 2);
    }
}

/// The length of the `<...>` group that `text` starts with; arrows don't close one.
fn group_end(text: &str) -> usize {
    let mut depth = 0usize;
    let mut before = '\0';
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if before != '-' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        before = c;
    }
    text.len()
}

/// Splits `A as B` at its outermost `as`.
fn split_as(inner: &str) -> Option<(&str, &str)> {
    let mut depth = 0usize;
    let mut before = '\0';
    for (at, c) in inner.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if before != '-' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 && inner[at..].starts_with(" as ") => {
                return Some((&inner[..at], &inner[at + 4..]));
            }
            _ => {}
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_paths_have_no_generics() {
        for (name, expected) in [
            ("std::env::temp_dir", "std::env::temp_dir"),
            (
                "rayon_core::ThreadPoolBuilder<S>::build",
                "rayon_core::ThreadPoolBuilder::build",
            ),
            (
                "<std::sys::process::unsupported::Command>::new",
                "std::sys::process::unsupported::Command::new",
            ),
            (
                "<alloc::vec::Vec<T> as core::ops::Drop>::drop",
                "<alloc::vec::Vec as core::ops::Drop>::drop",
            ),
            (
                "std::thread::spawn::<fn() -> i32, i32>",
                "std::thread::spawn",
            ),
            (
                "a::<impl b::C<D> for e::F>::g",
                "a::<impl b::C for e::F>::g",
            ),
            ("a::b::{{closure}}", "a::b::{{closure}}"),
            ("<a::B<dyn Fn(i32) -> i32>>::c", "a::B::c"),
        ] {
            assert_eq!(canonical(name), expected);
        }
    }

    #[test]
    fn both_of_rusts_manglings_and_cpp_are_read() {
        assert_eq!(
            demangle("_ZN3std3env8temp_dir17h0123456789abcdefE"),
            "std::env::temp_dir"
        );
        assert_eq!(
            demangle("_RNvNtCshXfaRvt2tfW_3std3env8temp_dir"),
            "std::env::temp_dir"
        );
        assert_eq!(demangle("_ZN3foo3barEi"), "foo::bar(int)");
        assert_eq!(demangle("pthread_create"), "pthread_create");
    }
}
