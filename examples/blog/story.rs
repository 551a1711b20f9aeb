//! How the example tells what it does: headings, the code that ran, what came back, the SQL. Nothing here is needed to
//! use the library; what a program needs for a log of its own is the `impl QueryLogger`.

use std::io::{IsTerminal, stdout};
use std::sync::{Arc, Mutex, MutexGuard};

use orm::log::{QueryEvent, QueryKind, QueryLogger};

const WIDTH: usize = 110;

/// Prints, and keeps the statements that were sent since it last showed them.
#[derive(Clone)]
pub struct Story {
    source: &'static str,
    events: Arc<Mutex<Vec<QueryEvent>>>,
    colours: bool,
}

/// Statements go into the story. A closure is a logger, too.
impl QueryLogger for Story {
    fn log(&self, event: &QueryEvent) {
        self.events().push(event.clone());
    }
}

impl Story {
    /// A story about the code in `source`. It has colours on a terminal, unless `NO_COLOR` is set.
    pub fn new(source: &'static str) -> Self {
        let colours = stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { source, events: Arc::default(), colours }
    }

    fn events(&self) -> MutexGuard<'_, Vec<QueryEvent>> {
        self.events.lock().expect("nobody panics while holding it")
    }

    /// A chapter begins.
    pub fn chapter(&self, title: &str, text: &str) {
        let line = "━".repeat(WIDTH - 4 - title.chars().count());
        println!("{}\n{text}\n", self.paint("1;36", &format!("━━ {title} {line}")));
    }

    /// Shows the paragraph of source code below a line. Statements that ran before are not told.
    pub fn code(&self, line: u32) {
        self.events().clear();
        let below = self.source.lines().skip(line as usize);
        let paragraph: Vec<&str> = below.take_while(|line| !line.trim().is_empty()).collect();
        let indent = paragraph.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
        for line in paragraph {
            println!("  {} {}", self.paint("2", "│"), self.paint("33", &line[indent..]));
        }
        println!();
    }

    /// Shows what came back.
    pub fn result(&self, text: impl AsRef<str>) {
        text.as_ref().lines().for_each(|line| println!("  → {line}"));
    }

    /// Shows the statements that ran since the code was shown.
    pub fn sql(&self) {
        self.sql_of(|_| true, usize::MAX);
    }

    /// Shows only some of them, and only so many.
    pub fn sql_of(&self, is_wanted: impl Fn(&str) -> bool, most: usize) {
        println!();
        let events = std::mem::take(&mut *self.events());
        if events.is_empty() {
            println!("    {}", self.paint("2", "-- no SQL ran"));
        }
        let wanted: Vec<_> = events.iter().filter(|event| is_wanted(&event.sql)).collect();
        wanted.iter().take(most).for_each(|event| self.statement(event));
        if let Some(more @ 1..) = wanted.len().checked_sub(most) {
            println!("    {}", self.paint("2", &format!("-- and {more} more")));
        }
        println!();
    }

    fn statement(&self, event: &QueryEvent) {
        let notes = notes(event);
        let sql = layout(&event.sql);
        let (before, last) = sql.split_at(sql.len() - 1);
        before.iter().for_each(|line| println!("    {}", self.paint("32", line)));
        let gap = if last[0].chars().count() + notes.chars().count() < WIDTH { "  " } else { "\n    " };
        println!("    {}{gap}{}", self.paint("32", &last[0]), self.paint("2", &notes));
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        match self.colours {
            true => format!("\x1b[{colour}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }
}

/// What was bound, what came of it, how long it took.
fn notes(event: &QueryEvent) -> String {
    let mut notes = Vec::new();
    if event.batch > 1 {
        notes.push(format!("{} times", event.batch));
    } else if !event.params.is_empty() {
        let params: Vec<String> = event.params.iter().map(ToString::to_string).collect();
        notes.push(params.join(", "));
    }
    if event.kind == QueryKind::Query {
        notes.push(format!("{} {}", event.rows, if event.rows == 1 { "row" } else { "rows" }));
    }
    notes.push(format!("{:.2} ms", event.elapsed.as_secs_f64() * 1e3));
    format!("-- {}", notes.join(" · "))
}

/// A statement as lines. One that has lines keeps them, a short one stays on one; of a long one each clause has its own, subqueries are set in.
fn layout(sql: &str) -> Vec<String> {
    if sql.contains('\n') || sql.chars().count() < WIDTH - 20 {
        return sql.lines().map(str::to_owned).collect();
    }
    let mut lines = vec![String::new()];
    // For each open bracket, whether it is one of a subquery.
    let mut brackets: Vec<bool> = Vec::new();
    let mut before = "";
    for word in sql.split(' ') {
        let indent = "  ".repeat(brackets.len());
        let line = lines.last_mut().expect("there is one from the start");
        let is_clause = brackets.iter().all(|is_subquery| *is_subquery) && begins_clause(before, word);
        if is_clause {
            lines.push(format!("{indent}{word}"));
        } else if line.chars().count() + word.chars().count() > WIDTH - 6 {
            lines.push(format!("{indent}    {word}"));
        } else {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
        for char in word.chars() {
            match char {
                '(' => brackets.push(word.starts_with("(select")),
                ')' => drop(brackets.pop()),
                _ => {}
            }
        }
        before = word;
    }
    lines
}

fn begins_clause(before: &str, word: &str) -> bool {
    match word {
        "from" => before != "delete",
        "join" => !matches!(before, "left" | "inner" | "cross"),
        "left" | "inner" | "cross" | "where" | "order" | "group" | "having" | "limit" | "values" | "set"
        | "returning" | "union" => true,
        _ => false,
    }
}
