//! The layers in their order.

use std::time::Instant;

use crate::analysis::{AnalysedFile, Analysis, Request, Unparsed};
use crate::config::Config;
use crate::facts::{self, cache::Cache};
use crate::finding::{Confidence, Place};
use crate::flow::{self, Surroundings, types::Types};
use crate::project::{self, Loaded, Project};
use crate::resolve::{FnId, Program};
use crate::rules::{self, Context};
use crate::summary::graph::{self, Graph};
use crate::summary::{Analysed, bevy, reach};

/// How often the functions of a circle of calls are looked at before their summaries are taken as they are.
const ROUNDS: usize = 4;

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
    let cache = Cache::open(project.target_directory.as_deref().filter(|_| request.cache));
    let loaded = project::load(project, request, &relevant, &cache);
    cache.save();
    list_files(project, &loaded, &mut analysis);
    analysis.timings.push(("parse", start.elapsed()));

    let start = Instant::now();
    let program = Program::build(project, &loaded, request.tests);
    analysis.timings.push(("resolve", start.elapsed()));

    let start = Instant::now();
    let configured = configured_roots(&program, config);
    let pooled = graph::pooled_types(&program);
    let graph = Graph::build(&program, &pooled);
    let wanted = graph.relevant(&configured);
    let mut analysed: Vec<Analysed> = Vec::new();
    analysed.resize_with(program.fns.len(), Analysed::default);
    for component in graph.components(&wanted) {
        let rounds = if graph.is_recursive(&component) { ROUNDS } else { 1 };
        for _ in 0..rounds {
            let mut changed = false;
            for id in &component {
                let around = Surroundings { program: &program, analysed: &analysed, pooled: &pooled };
                let fresh = flow::analyse(around, *id);
                let known = &mut analysed[id.0 as usize];
                changed |= known.summary != fresh.summary;
                *known = fresh;
            }
            if !changed {
                break;
            }
        }
    }
    // Attributes are read as tokens of their own.
    proc_macro2::extra::invalidate_current_thread_spans();
    analysis.timings.push(("flow", start.elapsed()));

    let start = Instant::now();
    let mut roots = configured;
    roots.extend(bevy::systems(&program, config));
    let reached = reach::reach(&program, &analysed, &roots);
    let context = Context {
        project,
        program: &program,
        types: Types { program: &program },
        analysed: &analysed,
        reached: &reached,
        config,
    };
    let (mut findings, tags) = rules::check(&context);
    if !request.pedantic {
        findings.retain(|finding| finding.confidence > Confidence::Low);
    }
    analysis.findings = findings;
    analysis.tags = tags;
    analysis.timings.push(("rules", start.elapsed()));
    analysis
}

fn list_files(project: &Project, loaded: &Loaded, analysis: &mut Analysis) {
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
}

/// The functions that `.fa.toml` names as roots.
fn configured_roots(program: &Program<'_>, config: &Config) -> Vec<FnId> {
    let mut roots = Vec::new();
    for path in &config.analysis.roots {
        for at in 0..program.fns.len() {
            let id = FnId(u32::try_from(at).unwrap_or(u32::MAX));
            if program.fn_path(id) == *path {
                roots.push(id);
            }
        }
    }
    roots
}
