//! The layers in their order.

use std::path::Path;
use std::time::Instant;

use rayon::prelude::*;

use crate::analysis::{
    AnalysedFile, Analysis, AnalysisError, Declared, Functions, LeftOut, OpenOptions, Package, Request, Unexpanded,
    Unparsed, Unread, Workspace,
};
use crate::engine::flow::declared::Asked;
use crate::engine::flow::event::Site;
use crate::engine::hir::{self, cache::Cache};
use crate::engine::project::{self, Loaded, Project};
use crate::engine::resolve::{FnId, Program};
use crate::engine::rules::{self, Context};
use crate::engine::schedule::by_name::ByName;
use crate::engine::schedule::graph::{self, Graph};
use crate::engine::schedule::results::Results;
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
    let cache = Cache::open(project.cache_directory().filter(|_| request.cache).as_deref());
    let loaded = project::load(project, request, &users, &cache);
    analysis.timings.push(("parse", start.elapsed()));

    let start = Instant::now();
    let program = Program::build(project, &loaded);
    analysis.timings.push(("resolve", start.elapsed()));

    let start = Instant::now();
    // All of these are looked into below; what the cache has of them is read on all threads here.
    loaded.files.par_iter().filter(|file| users[file.member]).for_each(|file| {
        file.facts.bodies.tables();
    });
    let configured = configured_roots(&program, config);
    let systems = bevy::systems(&program, config, &users);
    let pooled = graph::pooled_types(&program);
    let asked = Asked::of(&program, config, &users);
    let results = Results::open(&cache, build(project, request, &loaded, &users, asked), &program);
    let graph = Graph::build(&program, &pooled, &users, &results);
    let of_frames = graph.seeds(configured.iter().chain(systems.functions.keys()).chain(&systems.around));
    let by_name = ByName::new(&program, &graph, &of_frames);
    let seeds = if request.exhaustive { program.all_fns().collect() } else { of_frames };
    analysis.timings.push(("calls", start.elapsed()));

    let start = Instant::now();
    let (analysed, runs) =
        waves::analyse(&program, &pooled, &systems.closures, &seeds, (&graph, &by_name), asked, &results);
    analysis.functions = Functions { analysed: runs, reused: results.reused() };
    let results = results.save();
    analysis.timings.push(("flow", start.elapsed()));
    list_files(project, &loaded, &mut analysis);
    if request.left_out {
        list_left_out(&loaded, &mut analysis);
    }
    let saving = cache.save(loaded.files.par_iter().map(|file| (&file.facts, file.origin)));

    let start = Instant::now();
    let mut roots = systems.functions;
    roots.extend(configured.into_iter().map(|id| (id, Confidence::High)));
    let preferred = |id| is_selected(project, &program, request, id);
    let reached = reach::reach(&program, &analysed, &roots, &preferred);
    let cx = Context::new(project, &program, &analysed, &reached, config);
    let (mut findings, tags) = rules::check(&cx);
    let declared = analysed.iter().filter(|(_, function)| function.denied.is_any()).map(|(id, _)| {
        let def = program.fn_def(id);
        let place = cx.place(Site { file: def.file, span: def.item.name_span });
        Declared { place, item: program.fn_path(id) }
    });
    analysis.declared = declared.collect();
    if request.systems {
        analysis.systems = rules::systems(&cx, request.predictions);
    }
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
    for saving in saving.into_iter().chain(results) {
        let _ = saving.join();
    }
    analysis
}

/// Names all that the analysis of a function depends on besides the sources: this program, what manifests say, and the build.
fn build(project: &Project, request: &Request, loaded: &Loaded, users: &[bool], asked: Asked) -> Option<u128> {
    // Which analyser it is: another one finds other things.
    let path = std::env::current_exe().ok()?;
    let file = path.metadata().ok()?;
    let program = (hir::cache::VERSION, path, file.modified().ok()?, file.len());
    let crates = loaded.crates.iter().map(|krate| (krate.member, &krate.name, krate.kind)).collect::<Vec<_>>();
    let text = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        program,
        project.members,
        loaded.conditions,
        crates,
        users,
        (asked.effects, asked.limits_channels),
        (request.tests, request.examples),
    );
    Some(hir::hash::hash(text.as_bytes()))
}

/// What was read, once it is known which functions had to be.
fn list_files(project: &Project, loaded: &Loaded, analysis: &mut Analysis) {
    let mut roots: Vec<Option<usize>> = vec![None; loaded.files.len()];
    for krate in &loaded.crates {
        for file in krate.modules.values().chain([&krate.root]) {
            roots[*file].get_or_insert(krate.root);
        }
    }
    for (file, root) in loaded.files.iter().zip(roots) {
        let package: std::sync::Arc<str> = project.members[file.member].name.as_str().into();
        analysis.files.push(AnalysedFile {
            path: file.path.clone(),
            package: package.clone(),
            root: root.map_or_else(|| file.path.clone(), |root| loaded.files[root].path.clone()),
            lines: file.facts.lines,
            directives: file.directives.clone(),
            whole: !file.facts.bodies.are_unread(),
        });
        analysis.unexpanded.extend(file.facts.unexpanded().map(|call| Unexpanded {
            place: Place::new(file.path.clone(), call.span.lo, call.span.hi),
            name: call.name.clone().into(),
            reason: call.failed.clone().unwrap_or_default().into(),
        }));
        let mut unread = |refused: &hir::Refused, extent| {
            let place = Place::new(file.path.clone(), refused.at.lo, refused.at.hi);
            analysis.unparsed.push(Unparsed {
                place,
                message: refused.message.clone(),
                extent,
                package: package.clone(),
            });
        };
        file.refused.iter().chain(file.facts.bodies.refused()).for_each(|refused| unread(refused, Unread::File));
        file.facts.broken.iter().for_each(|refused| unread(refused, Unread::Part));
        file.unread.iter().for_each(|refused| unread(refused, Unread::Named));
        let included =
            file.facts.bodies.known().into_iter().chain([&file.facts.outside]).flat_map(|tables| &tables.included);
        for at in included {
            let message = "include! gives a value or statements that were not read".to_owned();
            unread(&hir::Refused { at: *at, message }, Unread::Named);
        }
    }
    for package in &project.unread {
        let file = project::relative(&project.root, &package.manifest);
        let (place, message) = (Place::new(file, 0, 0), package.message.clone());
        analysis.unparsed.push(Unparsed { place, message, extent: Unread::Named, package: "".into() });
    }
}

/// What conditions keep out of this build, but for tests.
fn list_left_out(loaded: &Loaded, analysis: &mut Analysis) {
    for file in &loaded.files {
        let (facts, conditions) = (&file.facts, &loaded.conditions);
        let mut add = |at: hir::ir::Span, what: &str, cfg: &hir::ir::Cfg| {
            // Without tests their code is left out everywhere, which is not worth a word.
            if conditions.holds(file.member, cfg) == Some(false) && !conditions.is_for_tests(file.member, cfg) {
                let place = Place::new(file.path.clone(), at.lo, at.hi);
                analysis.left_out.push(LeftOut { place, what: what.to_owned(), condition: cfg.to_string() });
            }
        };
        facts.attrs.cfg.iter().for_each(|cfg| add(hir::ir::Span::default(), "the file", cfg));
        for item in &facts.items {
            let name = format!("`{}`", facts.name(item.name));
            item.attrs.cfg.iter().for_each(|cfg| add(item.name_span, &name, cfg));
        }
        let tables = [Some(&facts.outside), facts.bodies.known()];
        for expr in tables.into_iter().flatten().flat_map(|tables| &tables.exprs) {
            let span_of = |expr: &hir::ir::ExprId| facts.expr(*expr).span;
            match &expr.kind {
                hir::ir::ExprKind::Block(block) => {
                    for statement in &block.statements {
                        if let hir::ir::Statement::Conditional(conditional) = statement {
                            let (cfg, statement) = &**conditional;
                            let at = match statement.bare() {
                                hir::ir::Statement::Let { span, .. } => *span,
                                hir::ir::Statement::Expr { expr } => span_of(expr),
                                _ => expr.span,
                            };
                            add(at, "a statement", cfg);
                        }
                    }
                }
                hir::ir::ExprKind::Choice(options) => {
                    options.iter().for_each(|(cfg, option)| add(span_of(option), "a value", cfg));
                }
                hir::ir::ExprKind::Config(cfg) => add(expr.span, "what is under `cfg!`", cfg),
                _ => {}
            }
        }
    }
    for target in &loaded.left_out {
        let (what, condition) = (format!("the target `{}`", target.name), format!("feature = \"{}\"", target.feature));
        analysis.left_out.push(LeftOut { place: Place::new(target.source.as_str(), 0, 0), what, condition });
    }
    analysis.left_out.sort();
    analysis.left_out.dedup();
}

/// Whether a function is in one of the packages to report.
fn is_selected(project: &Project, program: &Program<'_>, request: &Request, id: FnId) -> bool {
    let member = program.loaded.files[program.fn_def(id).file].member;
    request.packages.is_empty() || request.packages.contains(&project.members[member].name)
}

/// The functions that `.fa.toml` names as roots.
fn configured_roots(program: &Program<'_>, config: &Config) -> Vec<FnId> {
    let mut roots = Vec::new();
    for path in &config.analysis.roots {
        roots.extend(program.all_fns().filter(|id| program.fn_path(*id) == *path));
    }
    roots
}
