//! Every `cargo fa …` that the documents show is a command line that the tool understands.

use std::path::Path;

use cargo_fa::cli::command_line::Cli;

/// The words of a line of a shell: quotes group, a `#` behind a blank starts a comment.
fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut quote = None;
    let mut inside = false;
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                if !inside {
                    words.push(String::new());
                    inside = true;
                }
            }
            (None, '#') if !inside => break,
            (None, _) if letter.is_whitespace() => inside = false,
            _ => {
                if !inside {
                    words.push(String::new());
                    inside = true;
                }
                words.last_mut().unwrap().push(letter);
            }
        }
    }
    words
}

/// The command lines of the fenced blocks of a text, from `cargo fa` on.
fn commands(text: &str) -> Vec<&str> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            inside = !inside && ["sh", "bash", "yaml", "text"].contains(&language);
        } else if inside && let Some(at) = line.find("cargo fa") {
            found.push(&line[at..]);
        }
    }
    found
}

#[test]
fn the_commands_of_the_documents_are_understood() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut count = 0;
    for folder in ["", "docs", "cargo-fa"] {
        let depth = if folder == "docs" { 9 } else { 1 };
        for entry in walkdir::WalkDir::new(root.join(folder)).max_depth(depth).into_iter().filter_map(Result::ok) {
            if entry.path().extension().is_none_or(|end| end != "md") {
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).unwrap();
            for command in commands(&text) {
                count += 1;
                let read = Cli::read(words(command).into_iter().map(Into::into));
                assert!(read.is_ok(), "{}: `{command}`: {}", entry.path().display(), read.unwrap_err());
            }
        }
    }
    assert!(count > 30, "the documents have moved: only {count} commands were read");
}

#[test]
fn a_command_that_does_not_exist_is_noticed() {
    let text = "```sh\ncargo fa --all --exclude \"**/test*\" # tests\n- run: cargo fa --nothing\n```\ncargo fa prose\n";
    let found = commands(text);
    assert_eq!(words(found[0]), ["cargo", "fa", "--all", "--exclude", "**/test*"]);
    assert!(Cli::read(words(found[0]).into_iter().map(Into::into)).is_ok());
    assert!(Cli::read(words(found[1]).into_iter().map(Into::into)).is_err());
    assert_eq!(found.len(), 2);
}
