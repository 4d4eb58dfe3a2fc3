//! The command line of lamlint: the clock, the panic hook, and [`lamlint::cli::run`].

use lamlint::engine::WORKER;
use lamlint_model::rule::Date;
use std::process::ExitCode;
use std::time::UNIX_EPOCH;

fn main() -> ExitCode {
    // A panic of a worker is caught and becomes a notice; it must not be printed twice.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !std::thread::current().name().is_some_and(|n| n.starts_with(WORKER)) {
            hook(info);
        }
    }));
    ExitCode::from(lamlint::cli::run(std::env::args_os(), today))
}

/// Today in UTC.
fn today() -> Date {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the clock; the engine is given a date"
    )]
    let now = std::time::SystemTime::now();
    let days = now.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs() / 86_400);
    civil(days)
}

/// The date of a number of days since 1970-01-01.
/// Source of the algorithm: <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>
fn civil(days: u64) -> Date {
    let z = days + 719_468;
    let (era, doe) = (z / 146_097, z % 146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + u64::from(month <= 2);
    Date {
        year: u16::try_from(year).unwrap_or(u16::MAX),
        month: u8::try_from(month).unwrap_or(12),
        day: u8::try_from(day).unwrap_or(31),
    }
}

#[cfg(test)]
mod tests {
    use super::civil;

    #[test]
    fn days_become_dates() {
        assert_eq!(civil(0).to_string(), "1970-01-01");
        assert_eq!(civil(19_782).to_string(), "2024-02-29");
        assert_eq!(civil(20_781).to_string(), "2026-11-24");
    }
}
