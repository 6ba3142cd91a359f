//! The layers in their order.

use std::path::Path;
use std::time::Instant;

use rayon::prelude::*;

use crate::analysis::{
    AnalysedFile, Analysis, AnalysisError, OpenOptions, Package, Request, Unexpanded, Unparsed, Workspace,
};
use crate::engine::hir::{self, cache::Cache};
use crate::engine::project::{self, Loaded, Project};
use crate::engine::resolve::{FnId, Program};
use crate::engine::rules::{self, Context};
use crate::engine::schedule::graph::{self, Graph};
use crate::engine::schedule::{bevy, reach, waves};
use crate::model::config::Config;
use crate::model::finding::{Confidence, Place};

/// Opens the workspace of a manifest, the one that the current directory is in, or loose files.
///
/// # Errors
/// As [`Project::open`].
pub fn open(options: &OpenOptions) -> Result<Box<dyn Workspace>, AnalysisError> {
    Ok(Box::new(match &options.loose {
        Some(loose) => Project::of_files(&loose.root, &loose.files),
        None => Project::open_with(options)?,
    }))
}

impl Workspace for Project {
    fn root(&self) -> &Path {
        &self.root
    }

    fn packages(&self) -> &[Package] {
        &self.packages
    }

    fn analyze(&self, request: &Request, config: &Config) -> Analysis {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(request.jobs)
            .stack_size(hir::STACK)
            .thread_name(|index| format!("cargo-fa {index}"))
            .build();
        match pool {
            Ok(pool) => pool.install(|| run(self, request, config)),
            // No threads to be had: the parser refuses what would need their stacks.
            Err(_) => run(self, request, config),
        }
    }
}

fn run(project: &Project, request: &Request, config: &Config) -> Analysis {
    let mut analysis = Analysis::default();
    let start = Instant::now();
    let users = project.users(&config.analysis.roots);
    let cache = Cache::open(project.target_directory.as_deref().filter(|_| request.cache));
    let loaded = project::load(project, request, &users, &cache);
    analysis.timings.push(("parse", start.elapsed()));

    let start = Instant::now();
    let program = Program::build(project, &loaded, request.tests);
    analysis.timings.push(("resolve", start.elapsed()));

    let start = Instant::now();
    let configured = configured_roots(&program, config);
    let systems = bevy::systems(&program, config, &users);
    let pooled = graph::pooled_types(&program);
    let graph = Graph::build(&program, &pooled, &users);
    let seeds = if request.exhaustive {
        program.all_fns().collect()
    } else {
        graph.seeds(configured.iter().chain(systems.functions.keys()).chain(&systems.around))
    };
    analysis.timings.push(("calls", start.elapsed()));

    let start = Instant::now();
    let analysed = waves::analyse(&program, &pooled, &systems.closures, &seeds, &graph);
    analysis.timings.push(("flow", start.elapsed()));
    list_files(project, &loaded, &mut analysis);
    let saving = cache.save(loaded.files.par_iter().map(|file| (&file.facts, file.origin)));

    let start = Instant::now();
    let mut roots = systems.functions;
    roots.extend(configured.into_iter().map(|id| (id, Confidence::High)));
    let reached = reach::reach(&program, &analysed, &roots);
    let (mut findings, tags) = rules::check(&Context::new(project, &program, &analysed, &reached, config));
    if !request.pedantic {
        findings.retain(|finding| finding.confidence > Confidence::Low);
    }
    analysis.findings = findings;
    analysis.tags = tags;
    analysis.timings.push(("rules", start.elapsed()));

    if request.ends {
        // Nobody waits for a hundred thousand small pieces of memory to be given back one by one.
        std::mem::forget((reached, analysed, program));
        std::mem::forget(loaded);
    }
    if let Some(saving) = saving {
        let _ = saving.join();
    }
    analysis
}

/// What was read, once it is known which functions had to be.
fn list_files(project: &Project, loaded: &Loaded, analysis: &mut Analysis) {
    for file in &loaded.files {
        let package: std::sync::Arc<str> = project.members[file.member].name.as_str().into();
        analysis.files.push(AnalysedFile {
            path: file.path.clone(),
            package: package.clone(),
            lines: file.facts.lines,
            directives: file.directives.clone(),
            whole: !file.facts.bodies.are_unread(),
        });
        analysis.unexpanded.extend(file.facts.unexpanded().map(|call| Unexpanded {
            place: Place::new(file.path.clone(), call.span.lo, call.span.hi),
            name: call.name.clone().into(),
            reason: call.failed.clone().unwrap_or_default().into(),
        }));
        if let Some(refused) = file.refused.as_ref().or(file.facts.bodies.refused()) {
            let place = Place::new(file.path.clone(), refused.at.lo, refused.at.hi);
            analysis.unparsed.push(Unparsed { place, message: refused.message.clone(), package });
        }
    }
}

/// The functions that `.fa.toml` names as roots.
fn configured_roots(program: &Program<'_>, config: &Config) -> Vec<FnId> {
    let mut roots = Vec::new();
    for path in &config.analysis.roots {
        roots.extend(program.all_fns().filter(|id| program.fn_path(*id) == *path));
    }
    roots
}
