//! The limit on the number of rows that a clean-up deletes.

/// Number of rows that a clean-up may always delete, whatever share of a table they are.
const FREE: i64 = 500;

/// Maximum number of rows that one clean-up deletes from a table with `all` rows, of which `old` are old: a quarter,
/// but at least [`FREE`]. The rest waits for the next clean-up. A wrong clock or setting therefore cannot empty a table
/// before it is noticed.
pub(crate) fn share(table: &str, all: i64, old: i64) -> i64 {
    let most = FREE.max(all / 4);
    if old > most {
        tracing::warn!(table, rows = all, old, limit = most, "clean-up limited: the rest waits for the next one");
    }
    most.min(old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_up_takes_a_quarter_at_most_of_a_large_table() {
        assert_eq!(share("t", 10_000, 10_000), 2_500);
        assert_eq!(share("t", 10_000, 40), 40);
        assert_eq!(share("t", 400, 400), 400);
    }
}
