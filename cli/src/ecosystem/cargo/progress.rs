//! Reads cargo's progress bar.

use crate::events::Progress;

/// Reads `    Building [====>     ] 61/88: ignore, memmap2(build)`, without colour. `None` for bars
/// that count no units.
pub(super) fn parse(line: &str) -> Option<Progress<'_>> {
    let (verb, rest) = line.trim().split_once(" [")?;
    let (bar, rest) = rest.split_once(']')?;
    if !bar.chars().all(|c| matches!(c, '=' | '>' | ' ')) {
        return None;
    }
    let (counts, current) = rest.split_once(':').unwrap_or((rest, ""));
    let (done, total) = counts.trim().split_once('/')?;
    Some(Progress {
        verb: verb.trim(),
        done: done.parse().ok()?,
        total: total.parse().ok()?,
        current: current.trim(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_what_is_being_compiled() {
        let progress = parse("    Building [====>    ] 61/88: ignore, memmap2(build)   ");
        assert_eq!(
            progress,
            Some(Progress {
                verb: "Building",
                done: 61,
                total: 88,
                current: "ignore, memmap2(build)"
            })
        );
        let start = parse("    Building [         ] 0/6");
        assert_eq!(
            start.map(|progress| (progress.done, progress.current)),
            Some((0, ""))
        );
    }

    #[test]
    fn other_lines_are_not_progress() {
        assert_eq!(parse("   Compiling ignore v0.4.34"), None);
        assert_eq!(parse("       Fetch [==>   ] 45.00%, 1.2MiB/s"), None);
        assert_eq!(parse("   Compiling x v1.0.0 (/home/a [b] 1/2)"), None);
    }
}
