//! `cargo fa graph`: tags and the calls between them, with the ones that `.fa.toml` forbids marked.

use std::fmt::Write;

use serde_json::json;

use crate::analysis::TagGraph;

/// A flowchart for Mermaid; forbidden calls are dotted and red, undeclared tags dashed.
#[must_use]
pub fn mermaid(graph: &TagGraph) -> String {
    let mut text = String::from("flowchart LR\n");
    for (index, tag) in graph.tags.iter().enumerate() {
        let class = if tag.declared { "" } else { ":::undeclared" };
        let _ = writeln!(text, "    t{index}[\"{}\"]{class}", tag.name.replace('"', "#quot;"));
    }
    let mut forbidden = Vec::new();
    for (index, call) in graph.calls.iter().enumerate() {
        let (Some(from), Some(to)) = (position(graph, &call.from), position(graph, &call.to)) else { continue };
        let label = if call.count > 1 { format!("|{}|", call.count) } else { String::new() };
        if call.allowed {
            let _ = writeln!(text, "    t{from} -->{label} t{to}");
        } else {
            let _ = writeln!(text, "    t{from} -.->|forbidden| t{to}");
            forbidden.push(index.to_string());
        }
    }
    if !forbidden.is_empty() {
        let _ = writeln!(text, "    linkStyle {} stroke:#c00", forbidden.join(","));
    }
    if graph.tags.iter().any(|tag| !tag.declared) {
        text.push_str("    classDef undeclared stroke-dasharray: 4\n");
    }
    text
}

/// A directed graph for Graphviz.
#[must_use]
pub fn dot(graph: &TagGraph) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    let mut text = String::from("digraph tags {\n    rankdir=LR;\n    node [shape=box];\n");
    for tag in &graph.tags {
        let style = if tag.declared { "" } else { " [style=dashed]" };
        let _ = writeln!(text, "    {}{style};", quoted(&tag.name));
    }
    for call in &graph.calls {
        let style = match (call.allowed, call.count) {
            (false, _) => " [color=red, style=dotted, label=\"forbidden\"]".to_owned(),
            (true, 1) => String::new(),
            (true, count) => format!(" [label=\"{count}\"]"),
        };
        let _ = writeln!(text, "    {} -> {}{style};", quoted(&call.from), quoted(&call.to));
    }
    text.push_str("}\n");
    text
}

/// Everything that is known, for programs.
#[must_use]
pub fn json(graph: &TagGraph) -> String {
    let tags: Vec<_> = graph
        .tags
        .iter()
        .map(|tag| json!({ "name": tag.name, "declared": tag.declared, "uses": tag.uses, "modules": tag.modules }))
        .collect();
    let calls: Vec<_> = graph
        .calls
        .iter()
        .map(|call| {
            json!({
                "from": call.from,
                "to": call.to,
                "count": call.count,
                "allowed": call.allowed,
                "first": { "file": &*call.place.file, "byte_start": call.place.start, "byte_end": call.place.end },
            })
        })
        .collect();
    format!("{:#}\n", json!({ "tags": tags, "calls": calls }))
}

fn position(graph: &TagGraph, name: &str) -> Option<usize> {
    graph.tags.iter().position(|tag| tag.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{TagCall, TagNode};
    use crate::model::finding::Place;

    fn sample() -> TagGraph {
        let tag = |name: &str, declared| TagNode { name: name.to_owned(), declared, uses: 1, modules: Vec::new() };
        let call = |from: &str, to: &str, allowed, count| TagCall {
            from: from.to_owned(),
            to: to.to_owned(),
            place: Place::new("src/lib.rs", 1, 2),
            count,
            allowed,
        };
        TagGraph {
            tags: vec![tag("ai::path", true), tag("math", false), tag("physics", true)],
            calls: vec![call("ai::path", "physics", false, 1), call("physics", "math", true, 2)],
        }
    }

    #[test]
    fn forbidden_calls_are_marked_in_every_format() {
        let text = mermaid(&sample());
        assert!(text.contains("t0 -.->|forbidden| t2") && text.contains("linkStyle 0 stroke"), "{text}");
        assert!(text.contains("t2 -->|2| t1") && text.contains("t1[\"math\"]:::undeclared"), "{text}");
        let text = dot(&sample());
        assert!(text.contains("\"ai::path\" -> \"physics\" [color=red"), "{text}");
        let value: serde_json::Value = serde_json::from_str(&json(&sample())).unwrap();
        assert_eq!(value["calls"][0]["allowed"], false);
    }
}
