//! Figures as people read them.

/// `512 B`, `1.25 KiB`, `48.0 MiB`: three digits, binary units.
#[must_use]
pub fn bytes(value: f64) -> String {
    let mut scaled = value;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if scaled.abs() < 1023.5 || unit == "GiB" {
            let decimals = match scaled.abs() {
                _ if unit == "B" && scaled.fract() == 0.0 => 0,
                size if size < 9.995 => 2,
                size if size < 99.95 => 1,
                _ => 0,
            };
            return format!("{} {unit}", grouped(&format!("{scaled:.decimals$}")));
        }
        scaled /= 1024.0;
    }
    String::new()
}

/// A power of two for an axis: `256 KiB`, without decimals.
pub(super) fn round_bytes(value: f64) -> String {
    let mut scaled = value;
    for unit in ["B", "KiB", "MiB"] {
        if scaled < 1024.0 {
            return format!("{scaled} {unit}");
        }
        scaled /= 1024.0;
    }
    format!("{scaled} GiB")
}

/// [`bytes`] with its sign, for growth.
pub(super) fn signed_bytes(value: f64) -> String {
    let sign = if value < 0.0 { "−" } else { "+" };
    format!("{sign}{}", bytes(value.abs()))
}

/// `850 ns`, `16.7 ms`, `1,667 s`.
#[must_use]
pub fn time(nanoseconds: f64) -> String {
    let (scaled, unit) = match nanoseconds {
        ns if ns < 1e3 => (ns, "ns"),
        ns if ns < 1e6 => (ns / 1e3, "µs"),
        ns if ns < 1e9 => (ns / 1e6, "ms"),
        ns => (ns / 1e9, "s"),
    };
    format!("{} {unit}", number(scaled))
}

/// A number with three digits or more; small ones with four decimals.
#[must_use]
pub fn number(value: f64) -> String {
    let decimals = match value.abs() {
        _ if value.fract() == 0.0 => 0,
        size if size < 0.0995 => 4,
        size if size < 9.995 => 2,
        size if size < 99.95 => 1,
        _ => 0,
    };
    grouped(&format!("{value:.decimals$}"))
}

/// A count, with its thousands set apart.
#[must_use]
pub fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// `3.1 %`.
#[must_use]
pub fn percent(part: f64) -> String {
    format!("{:.1} %", part * 100.0)
}

fn grouped(digits: &str) -> String {
    let (whole, rest) = digits.find('.').map_or((digits, ""), |dot| digits.split_at(dot));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let mut out = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_and_a_unit() {
        for (value, text) in [
            (0.0, "0 B"),
            (512.0, "512 B"),
            (512.5, "512 B"),
            (1023.0, "1,023 B"),
            (1023.9, "1.00 KiB"),
            (1024.0, "1.00 KiB"),
            (12_800.0, "12.5 KiB"),
            (2.0 * 1024.0 * 1024.0, "2.00 MiB"),
            (5e15, "4,656,613 GiB"),
        ] {
            assert_eq!(bytes(value), text);
        }
        assert_eq!(signed_bytes(12_288.0), "+12.0 KiB");
        assert_eq!(signed_bytes(-12_288.0), "−12.0 KiB");
        assert_eq!(time(16_666_667.0), "16.7 ms");
        assert_eq!(time(1.667e12), "1,667 s");
        assert_eq!(count(100_000), "100,000");
        assert_eq!(number(0.25), "0.25");
        assert_eq!(number(0.003_29), "0.0033");
        assert_eq!(round_bytes(524_288.0), "512 KiB");
    }
}
