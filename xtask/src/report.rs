//! The table at the end of `cargo xtask test`: what ran, where, how long, and how it ended.

use std::time::Duration;

use crate::steps::{Outcome, Step};

/// What one step did.
pub struct Line {
    pub step: &'static Step,
    /// The databases it ran on.
    pub place: String,
    pub outcome: Outcome,
    pub time: Duration,
}

/// The table, and below it the count of steps as its last line.
pub fn report(lines: &[Line]) -> String {
    let rows: Vec<[String; 5]> =
        std::iter::once(["step", "where", "result", "time", "ran"].map(String::from))
            .chain(lines.iter().map(row))
            .collect();
    let widths = [0, 1, 2, 3].map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0));
    let mut text = String::new();
    for row in &rows {
        let [step, place, result, time, ran] = row;
        let [step_width, place_width, result_width, time_width] = widths;
        text += &format!(
            "{step:<step_width$}  {place:<place_width$}  {result:<result_width$}  {time:>time_width$}  {ran}\n"
        );
    }
    text + "\n" + &count(lines)
}

fn row(line: &Line) -> [String; 5] {
    let (result, words) = match &line.outcome {
        Outcome::Passed(words) => ("passed", words),
        Outcome::Failed(words) => ("FAILED", words),
        Outcome::NotRun(words) => ("not run", words),
    };
    let ran = match words.as_str() {
        "" => line.step.what.to_owned(),
        words => format!("{}: {words}", line.step.what),
    };
    let time = format!("{:.1} s", line.time.as_secs_f64());
    [
        line.step.name.to_owned(),
        if line.place.is_empty() { "-".to_owned() } else { line.place.clone() },
        result.to_owned(),
        time,
        ran,
    ]
}

fn count(lines: &[Line]) -> String {
    let passed = lines.iter().filter(|line| matches!(line.outcome, Outcome::Passed(_))).count();
    let failed = lines.iter().filter(|line| matches!(line.outcome, Outcome::Failed(_))).count();
    format!("{passed} passed, {failed} failed")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::steps::STEPS;

    #[test]
    fn every_step_is_told_and_steps_that_did_not_run_count_as_neither() {
        let outcomes = [
            Outcome::Passed(String::new()),
            Outcome::Failed("exit status: 101".into()),
            Outcome::Passed("412 tests passed".into()),
            Outcome::NotRun("no example".into()),
        ];
        let lines: Vec<Line> = STEPS
            .iter()
            .zip(outcomes)
            .map(|(step, outcome)| Line {
                step,
                place: String::new(),
                outcome,
                time: Duration::from_millis(12_345),
            })
            .collect();
        expect![[r#"
            step      where  result     time  ran
            fmt       -      passed   12.3 s  cargo fmt --all --check
            clippy    -      FAILED   12.3 s  cargo clippy --workspace --all-targets -- -D warnings: exit status: 101
            features  -      passed   12.3 s  cargo check --package orm, a database at a time: 412 tests passed
            postgres  -      not run  12.3 s  a PostgreSQL server is found or started: no example

            2 passed, 1 failed"#]].assert_eq(&report(&lines));
    }
}
