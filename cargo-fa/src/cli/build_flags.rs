//! Which build to look at, in cargo's own words.

use clap::Args;

use crate::analysis::Build;

/// Which build is analysed, in cargo's own words.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Build (default: what `cargo build` would make here)")]
pub struct BuildFlags {
    /// Features to turn on, with commas or blanks between them: `name` or `package/name`
    #[arg(long, value_name = "FEATURES")]
    pub features: Vec<String>,
    /// Turn on all features of the selected packages
    #[arg(long)]
    pub all_features: bool,
    /// Do not turn on the default feature of the selected packages
    #[arg(long)]
    pub no_default_features: bool,
    /// Build for this target triple
    #[arg(long, value_name = "TRIPLE")]
    pub target: Option<String>,
    /// Set a condition, as rustc does: `name` or `name="value"`; may be repeated
    #[arg(long, value_name = "SPEC")]
    pub cfg: Vec<String>,
    /// Build with this profile: whether `debug_assertions` holds
    #[arg(long, value_name = "NAME", conflicts_with = "release")]
    pub profile: Option<String>,
    /// Build with the profile `release`
    #[arg(short, long)]
    pub release: bool,
}

impl BuildFlags {
    /// Has cargo build what these say, but for the profile, which it takes in other ways for each command.
    pub fn pass_to(&self, cargo: &mut std::process::Command) {
        for (given, flag) in
            [(self.all_features, "--all-features"), (self.no_default_features, "--no-default-features")]
        {
            if given {
                cargo.arg(flag);
            }
        }
        for features in &self.features {
            cargo.arg("--features").arg(features);
        }
        if let Some(target) = &self.target {
            cargo.arg("--target").arg(target);
        }
    }

    /// The build of the packages that cargo builds where none is named.
    #[must_use]
    pub fn of_default_packages(&self) -> Build {
        Build {
            packages: Vec::new(),
            workspace: false,
            features: self.features.clone(),
            all_features: self.all_features,
            no_default_features: self.no_default_features,
            target: self.target.clone(),
            cfgs: self.cfg.clone(),
            profile: self.profile.clone().or_else(|| self.release.then(|| "release".to_owned())),
        }
    }
}
