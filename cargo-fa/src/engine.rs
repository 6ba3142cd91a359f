//! The layers in their order.

use std::time::Instant;

use crate::analysis::{AnalysedFile, Analysis, Request, Unparsed};
use crate::config::Config;
use crate::facts::{self, cache::Cache};
use crate::finding::Place;
use crate::project::{self, Project};
use crate::resolve::Program;

/// Reads and analyses the sources of a workspace.
pub(crate) fn analyze(project: &Project, request: &Request, config: &Config) -> Analysis {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(request.jobs)
        .stack_size(facts::STACK)
        .thread_name(|index| format!("cargo-fa {index}"))
        .build();
    match pool {
        Ok(pool) => pool.install(|| run(project, request, config)),
        // No threads to be had: the facts layer refuses what would need their stacks.
        Err(_) => run(project, request, config),
    }
}

fn run(project: &Project, request: &Request, config: &Config) -> Analysis {
    let mut analysis = Analysis::default();
    let start = Instant::now();
    let relevant = project.relevant(&config.analysis.roots);
    let loaded = project::load(project, request, &relevant, &Cache);
    analysis.timings.push(("parse", start.elapsed()));
    for file in &loaded.files {
        let package: std::sync::Arc<str> = project.members[file.member].name.as_str().into();
        analysis.files.push(AnalysedFile {
            path: file.path.clone(),
            package: package.clone(),
            lines: file.facts.lines,
            mentions_fa: file.facts.mentions_fa || file.refused.is_some(),
        });
        if let Some(refused) = &file.refused {
            let place = Place::new(file.path.clone(), refused.at.lo, refused.at.hi);
            analysis.unparsed.push(Unparsed { place, message: refused.message.clone(), package });
        }
    }
    let start = Instant::now();
    let program = Program::build(project, &loaded, request.tests);
    analysis.timings.push(("resolve", start.elapsed()));
    let _ = program.fns.len();
    analysis
}
