//! Chinook's SQL scripts, statement by statement. Their databases are not made: the statements go where we are.

/// The statements of a script that make and fill tables.
pub fn statements(script: &str) -> Vec<String> {
    let mut statements = Vec::new();
    let mut statement = String::new();
    let mut place = Place::Code;
    let mut chars = script.chars().peekable();
    while let Some(char) = chars.next() {
        match (place, char) {
            (Place::Code, '/') if chars.next_if_eq(&'*').is_some() => place = Place::Comment,
            (Place::Comment, '*') if chars.next_if_eq(&'/').is_some() => place = Place::Code,
            (Place::Comment, _) => {}
            (Place::Code, ';') => statements.push(std::mem::take(&mut statement)),
            (Place::Code, '\'') => {
                place = Place::Text;
                statement.push(char);
            }
            // A doubled quote ends the text and begins it again, which is right for our purpose.
            (Place::Text, '\'') => {
                place = Place::Code;
                statement.push(char);
            }
            (_, char) => statement.push(char),
        }
    }
    statements.push(statement);
    let trimmed = statements.iter().map(|statement| statement.trim()).filter(|text| is_ours(text));
    trimmed.map(str::to_owned).collect()
}

#[derive(Clone, Copy)]
enum Place {
    Code,
    Text,
    Comment,
}

/// Not those that choose the database, nor psql's commands.
fn is_ours(statement: &str) -> bool {
    let mut words = statement.split_whitespace().map(str::to_ascii_lowercase);
    match (words.next().as_deref(), words.next().as_deref()) {
        (None, _) | (Some("use"), _) => false,
        (Some("create" | "drop"), Some("database")) => false,
        (Some(word), _) => !word.starts_with('\\'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_cut_at_its_semicolons() {
        let script = "/* Chinook; v1 */\nCREATE DATABASE x;\n\\c x;\nUSE `x`;\n\
            INSERT INTO a VALUES ('it''s; /* no */', 1);\n\nCREATE TABLE b (c INT); ";
        assert_eq!(
            statements(script),
            ["INSERT INTO a VALUES ('it''s; /* no */', 1)", "CREATE TABLE b (c INT)"]
        );
    }
}
