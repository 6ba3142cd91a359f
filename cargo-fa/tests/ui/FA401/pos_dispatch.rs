//! The heap behind traits: methods that a trait provides, bounds, operators, conversions, and what std calls.
use std::collections::HashMap;
use std::fmt;
use std::ops::{Add, AddAssign, Deref, Index, Mul, Neg};
use std::str::FromStr;

use framealloc::{SmartAlloc, frame_system};

pub trait Named {
    fn id(&self) -> u32;
    fn title(&self) -> String {
        self.id().to_string() //~ FA401
    }
}
pub struct Orc;
impl Named for Orc {
    fn id(&self) -> u32 {
        4
    }
}
#[frame_system]
pub fn provided(alloc: &SmartAlloc, orc: &Orc) -> usize {
    orc.title().len() + *alloc.frame_box(1_usize)
}

pub trait Tooltip: Named {
    fn tooltip(&self) -> usize {
        self.lines().join(", ").len() //~ FA401
    }
    fn lines(&self) -> Vec<String>;
}
impl Tooltip for Orc {
    fn lines(&self) -> Vec<String> {
        vec![self.title()] //~ FA401
    }
}
#[frame_system]
pub fn provided_by_path(alloc: &SmartAlloc, orc: &Orc) -> usize {
    Tooltip::tooltip(orc) + *alloc.frame_box(1_usize)
}

pub trait Behavior {
    fn tick(&mut self, dt: f32);
}
pub struct Patrol(Vec<u32>);
impl Behavior for Patrol {
    fn tick(&mut self, _dt: f32) {
        self.0 = vec![1, 2, 3]; //~ FA401
    }
}
pub struct Agents<B: Behavior> {
    list: Vec<B>,
    leader: Box<B>,
}
impl<B: Behavior> Agents<B> {
    fn update(&mut self, dt: f32) {
        for agent in &mut self.list {
            agent.tick(dt);
        }
        self.leader.tick(dt);
    }
}
#[frame_system]
pub fn bound_of_a_field(alloc: &SmartAlloc, agents: &mut Agents<Patrol>) -> u32 {
    agents.update(0.1);
    *alloc.frame_box(1)
}

pub trait Shape {
    fn outline(&self) -> usize;
}
pub struct Circle;
impl Shape for Circle {
    fn outline(&self) -> usize {
        Vec::<f32>::with_capacity(32).capacity() //~ FA401
    }
}
fn all<T>(shapes: &[T]) -> usize
where
    T: Shape,
{
    shapes.iter().map(|shape| shape.outline()).sum()
}
#[frame_system]
pub fn bound_of_a_slice(alloc: &SmartAlloc, circles: &[Circle]) -> usize {
    all(circles) + *alloc.frame_box(1_usize)
}

pub trait Ai {
    fn think(&self) -> usize;
}
pub struct Wolf;
impl Ai for Wolf {
    fn think(&self) -> usize {
        "howl".to_owned().len() //~ FA401
    }
}
fn one(ai: &impl Ai) -> usize {
    ai.think()
}
fn two<A: Ai>(ai: A) -> usize {
    one(&ai)
}
#[frame_system]
pub fn bound_that_is_handed_on(alloc: &SmartAlloc) -> usize {
    two(Wolf) + *alloc.frame_box(1_usize)
}

pub struct Label(String);
impl From<u32> for Label {
    fn from(number: u32) -> Self {
        Label(number.to_string()) //~ FA401
    }
}
impl From<&'static str> for Label {
    fn from(text: &'static str) -> Self {
        Label(text.to_uppercase()) //~ FA401
    }
}
#[frame_system]
pub fn into_own(alloc: &SmartAlloc, number: u32) -> usize {
    let label: Label = number.into();
    label.0.len() + *alloc.frame_box(1_usize)
}
fn show(label: Label) -> usize {
    label.0.len()
}
#[frame_system]
pub fn into_an_argument(alloc: &SmartAlloc) -> usize {
    show("hud".into()) + *alloc.frame_box(1_usize)
}

pub struct Command(Vec<u8>);
impl FromStr for Command {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(Command(text.bytes().collect::<Vec<u8>>())) //~ FA401
    }
}
#[frame_system]
pub fn parses(alloc: &SmartAlloc, line: &str) -> usize {
    line.parse::<Command>().map_or(0, |command| command.0.len()) + *alloc.frame_box(1_usize)
}

pub struct Poly(Vec<f32>);
impl Add for &Poly {
    type Output = Poly;
    fn add(self, other: &Poly) -> Poly {
        Poly(self.0.iter().zip(&other.0).map(|(a, b)| a + b).collect::<Vec<f32>>()) //~ FA401
    }
}
impl Mul<f32> for &Poly {
    type Output = Poly;
    fn mul(self, by: f32) -> Poly {
        Poly(self.0.iter().map(|a| a * by).collect::<Vec<f32>>()) //~ FA401
    }
}
impl Neg for Poly {
    type Output = Poly;
    fn neg(self) -> Poly {
        Poly(self.0.iter().map(|a| -a).collect::<Vec<f32>>()) //~ FA401
    }
}
impl AddAssign<&Poly> for Poly {
    fn add_assign(&mut self, other: &Poly) {
        self.0 = other.0.clone(); //~ FA401
    }
}
impl Index<&str> for Poly {
    type Output = f32;
    fn index(&self, key: &str) -> &f32 {
        let key = key.to_lowercase(); //~ FA401
        &self.0[key.len()]
    }
}
#[frame_system]
pub fn operators(alloc: &SmartAlloc, a: &Poly, b: &Poly) -> usize {
    let mut sum = -(a + b);
    sum += &(a * 2.0);
    (sum["x"] as usize) + *alloc.frame_box(1_usize)
}

pub struct Tile(Vec<u8>);
impl PartialEq for Tile {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_vec() == other.0 //~ FA401
    }
}
#[frame_system]
pub fn compares(alloc: &SmartAlloc, a: &Tile, b: &Tile) -> bool {
    a == b && *alloc.frame_box(true)
}

pub struct Score(u32);
impl PartialEq for Score {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl Eq for Score {}
impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Score {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.to_string().cmp(&other.0.to_string()) //~ FA401
    }
}
#[frame_system]
pub fn sorts(alloc: &SmartAlloc, scores: &mut Vec<Score>) -> u32 {
    scores.sort_unstable();
    *alloc.frame_box(1)
}

pub struct Hp(u32);
impl fmt::Display for Hp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_string()) //~ FA401
    }
}
#[frame_system]
pub fn to_string_of_own(alloc: &SmartAlloc, hp: &Hp) -> usize {
    hp.to_string().len() + *alloc.frame_box(1_usize) //~ FA401
}

pub struct Coord(u32, u32);
impl fmt::Debug for Coord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}:{}", self.0, self.1); //~ FA401
        f.write_str(&text)
    }
}
#[frame_system]
pub fn shows(alloc: &SmartAlloc, coord: &Coord) -> u32 {
    println!("at {coord:?}");
    *alloc.frame_box(1)
}

pub struct Trace(u32);
impl Drop for Trace {
    fn drop(&mut self) {
        std::hint::black_box(format!("{}", self.0)); //~ FA401
    }
}
#[frame_system]
pub fn dropped_at_the_end(alloc: &SmartAlloc) -> u32 {
    let _trace = Trace(1);
    *alloc.frame_box(1)
}

pub struct Span(u32);
impl Drop for Span {
    fn drop(&mut self) {
        std::hint::black_box(self.0.to_string()); //~ FA401
    }
}
pub struct Slot {
    span: Span,
}
#[frame_system]
pub fn dropped_when_overwritten(alloc: &SmartAlloc, slot: &mut Slot) -> u32 {
    slot.span = Span(3);
    *alloc.frame_box(1)
}

pub struct Waves {
    left: u32,
}
impl Iterator for Waves {
    type Item = Vec<u32>;
    fn next(&mut self) -> Option<Vec<u32>> {
        self.left = self.left.checked_sub(1)?;
        Some(vec![self.left]) //~ FA401
    }
}
#[frame_system]
pub fn iterates(alloc: &SmartAlloc) -> usize {
    let mut sum = 0;
    for wave in (Waves { left: 3 }) {
        sum += wave.len();
    }
    sum + *alloc.frame_box(1_usize)
}

pub struct Names(Vec<u32>);
impl<'n> IntoIterator for &'n Names {
    type Item = String;
    type IntoIter = std::vec::IntoIter<String>;
    fn into_iter(self) -> Self::IntoIter {
        let names: Vec<String> = self.0.iter().map(|id| id.to_string()).collect(); //~ FA401
        names.into_iter()
    }
}
#[frame_system]
pub fn iterates_over_own(alloc: &SmartAlloc, names: &Names) -> usize {
    let mut sum = 0;
    for name in names {
        sum += name.len();
    }
    sum + *alloc.frame_box(1_usize)
}

pub struct Settings {
    keys: HashMap<u32, u32>,
}
impl Default for Settings {
    fn default() -> Self {
        Settings { keys: HashMap::with_capacity(16) } //~ FA401
    }
}
#[frame_system]
pub fn defaults(alloc: &SmartAlloc) -> usize {
    let settings: Settings = Default::default();
    settings.keys.len() + *alloc.frame_box(1_usize)
}

pub struct Inner;
impl Inner {
    pub fn names(&self) -> usize {
        format!("{}", 1).len() //~ FA401
    }
}
pub struct Wrapper(Inner);
impl Deref for Wrapper {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}
#[frame_system]
pub fn behind_a_newtype(alloc: &SmartAlloc, wrapper: &Wrapper) -> usize {
    wrapper.names() + *alloc.frame_box(1_usize)
}

pub trait Weapon {
    fn fire(&mut self) -> usize;
}
pub struct Gun;
impl Weapon for Gun {
    fn fire(&mut self) -> usize {
        Box::new(3_usize).count_ones() as usize //~ FA401
    }
}
pub struct Holster {
    weapon: Box<dyn Weapon>,
}
impl Deref for Holster {
    type Target = dyn Weapon;
    fn deref(&self) -> &(dyn Weapon + 'static) {
        &*self.weapon
    }
}
impl std::ops::DerefMut for Holster {
    fn deref_mut(&mut self) -> &mut (dyn Weapon + 'static) {
        &mut *self.weapon
    }
}
#[frame_system]
pub fn behind_deref_to_dyn(alloc: &SmartAlloc, holster: &mut Holster) -> usize {
    holster.fire() + *alloc.frame_box(1_usize)
}

pub trait Ext {
    fn joined(&self) -> String;
}
impl Ext for [u32] {
    fn joined(&self) -> String {
        format!("{self:?}") //~ FA401
    }
}
#[frame_system]
pub fn extension_of_a_slice(alloc: &SmartAlloc, list: &[u32]) -> usize {
    list.joined().len() + *alloc.frame_box(1_usize)
}

pub trait Describe {
    fn describe(&self) -> String;
}
impl<T: Named> Describe for T {
    fn describe(&self) -> String {
        format!("#{}", self.id()) //~ FA401
    }
}
#[frame_system]
pub fn blanket(alloc: &SmartAlloc, orc: &Orc) -> usize {
    orc.describe().len() + *alloc.frame_box(1_usize)
}

mod left {
    pub trait Step {
        fn step(&self) -> usize;
    }
    pub struct Foot;
    impl Step for Foot {
        fn step(&self) -> usize {
            vec![1_u8; 4].len() //~ FA401
        }
    }
}
fn steps(step: &dyn left::Step) -> usize {
    step.step()
}
#[frame_system]
pub fn traits_of_one_name(alloc: &SmartAlloc, foot: &left::Foot) -> usize {
    steps(foot) + *alloc.frame_box(1_usize)
}

pub trait Effect {
    fn run(&self) -> usize;
}
pub struct Fire;
impl Effect for Fire {
    fn run(&self) -> usize {
        format!("fire").len() //~ FA401
    }
}
pub struct Ice;
impl Effect for Ice {
    fn run(&self) -> usize {
        format!("ice").len()
    }
}
// Which effect it is nobody here knows: one finding for all of them.
#[frame_system]
pub fn not_known<E: Effect>(alloc: &SmartAlloc, effect: &E) -> usize {
    effect.run() + *alloc.frame_box(1_usize)
}

pub struct Deep {
    names: Vec<String>,
}
impl Clone for Deep {
    fn clone(&self) -> Self {
        Deep { names: self.names.to_vec() } //~ FA401
    }
}
#[derive(Clone)]
pub struct Flat {
    name: String,
}
fn duplicate<T: Clone>(value: &T) -> T {
    value.clone()
}
fn duplicate_again<T: Clone>(value: &T) -> T {
    duplicate(value)
}
#[frame_system]
pub fn cloned_by_a_bound(alloc: &SmartAlloc, deep: &Deep, flat: &Flat) -> usize {
    duplicate(deep).names.len()
        + duplicate_again(flat).name.len() //~ FA401
        + *alloc.frame_box(1_usize)
}

fn named(text: impl Into<String>) -> usize {
    let text: String = text.into();
    text.len()
}
#[frame_system]
pub fn into_text(alloc: &SmartAlloc) -> usize {
    named("boss") + *alloc.frame_box(1_usize) //~ FA401
}
