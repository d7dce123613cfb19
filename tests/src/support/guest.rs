//! Components made byte by byte, that say of themselves and do whatever a test wants. No compiler for guests is needed.

use takt::wasm::manifest::Manifest;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, InstructionSink, MemorySection, MemoryType, Module, TypeSection, ValType,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// What a function of the guest does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// It gives its answer: the manifest, or that all is done.
    Answer,
    Trap,
    LoopForEver,
}

/// A plugin that asks the host for nothing.
#[derive(Debug, Clone)]
pub struct Guest {
    pub manifest: Manifest,
    /// The schema of the configuration, which need not be one.
    pub schema: String,
    pub describe: Does,
    pub handle: Does,
}

impl Guest {
    pub fn new(manifest: Manifest) -> Self {
        Self { schema: manifest.config_schema.to_string(), manifest, describe: Does::Answer, handle: Does::Answer }
    }

    /// The component's bytes.
    pub fn component(&self) -> Vec<u8> {
        let mut module = self.module();
        let mut resolve = Resolve::new();
        let (package, _) = resolve.push_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../wit")).unwrap();
        let world = resolve.select_world(&[package], Some("plugin")).unwrap();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
    }

    fn module(&self) -> Vec<u8> {
        let mut memory = Memory::default();
        let done = memory.put(vec![0; 64]);
        let manifest = self.lay_out(&mut memory);
        let heap = memory.end();

        let mut types = TypeSection::new();
        types.ty().function([], [ValType::I32]);
        types.ty().function([ValType::I32], [ValType::I32]);
        types.ty().function([ValType::I32; 4], [ValType::I32]);
        let mut functions = FunctionSection::new();
        functions.function(0).function(1).function(2);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 16,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut globals = GlobalSection::new();
        let heap_type = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
        globals.global(heap_type, &ConstExpr::i32_const(heap));
        let mut exports = ExportSection::new();
        exports.export("memory", ExportKind::Memory, 0);
        exports.export("takt:crm/rule@0.1.1#describe", ExportKind::Func, 0);
        exports.export("takt:crm/rule@0.1.1#handle", ExportKind::Func, 1);
        exports.export("cabi_realloc", ExportKind::Func, 2);
        let mut code = CodeSection::new();
        code.function(&body(self.describe, manifest)).function(&body(self.handle, done)).function(&realloc());
        let mut data = DataSection::new();
        data.active(0, &ConstExpr::i32_const(Memory::START), memory.0);

        let mut module = Module::new();
        module.section(&types).section(&functions).section(&memories).section(&globals).section(&exports);
        module.section(&code).section(&data);
        module.finish()
    }

    /// The contract's `manifest` as the canonical ABI lays it out; returns where it stands.
    fn lay_out(&self, memory: &mut Memory) -> i32 {
        let manifest = &self.manifest;
        let mut record = Vec::new();
        for text in [&manifest.name, &manifest.version, &manifest.title, &manifest.summary] {
            record.extend(memory.text(text));
        }
        let subscriptions = manifest.subscriptions.iter().map(|subscription| {
            let changed = subscription.changed.iter().map(|field| memory.text(field)).collect();
            let changed = memory.list(changed);
            [memory.text(&subscription.event), changed, memory.optional(subscription.when.as_deref())].concat()
        });
        let subscriptions = subscriptions.collect();
        record.extend(memory.list(subscriptions));
        let schedules = manifest.schedules.iter();
        let schedules = schedules
            .map(|schedule| [&schedule.name, &schedule.cron, &schedule.title].map(|text| memory.text(text)).concat())
            .collect();
        record.extend(memory.list(schedules));
        let commands = manifest.commands.iter().map(|command| {
            let on = command.on.iter().map(|kind| memory.text(kind)).collect();
            let on = memory.list(on);
            let schema = command.input_schema.as_ref().map(ToString::to_string);
            [memory.text(&command.name), memory.text(&command.title), on, memory.optional(schema.as_deref())].concat()
        });
        let commands = commands.collect();
        record.extend(memory.list(commands));
        record.extend(memory.text(&self.schema));
        let needs = manifest.needs.iter();
        let needs = needs.map(|need| [memory.text(&need.capability), memory.text(&need.reason)].concat()).collect();
        record.extend(memory.list(needs));
        memory.put(record)
    }
}

/// What stands in the guest's memory from the start.
#[derive(Default)]
struct Memory(Vec<u8>);

impl Memory {
    const START: i32 = 1024;

    fn end(&self) -> i32 {
        Self::START + i32::try_from(self.0.len().next_multiple_of(8)).unwrap()
    }

    fn put(&mut self, bytes: Vec<u8>) -> i32 {
        let at = self.end();
        self.0.resize(self.0.len().next_multiple_of(8), 0);
        self.0.extend(bytes);
        at
    }

    /// Puts it there; returns its address and length, as a record has them.
    fn text(&mut self, text: &str) -> Vec<u8> {
        self.list(text.bytes().map(|byte| vec![byte]).collect())
    }

    fn list(&mut self, items: Vec<Vec<u8>>) -> Vec<u8> {
        let count = i32::try_from(items.len()).unwrap();
        [self.put(items.concat()).to_le_bytes(), count.to_le_bytes()].concat()
    }

    fn optional(&mut self, text: Option<&str>) -> Vec<u8> {
        let there = i32::from(text.is_some()).to_le_bytes().to_vec();
        [there, text.map_or_else(|| vec![0; 8], |text| self.text(text))].concat()
    }
}

fn body(does: Does, answer: i32) -> Function {
    let mut function = Function::new([]);
    let mut code: InstructionSink<'_> = function.instructions();
    match does {
        Does::Answer => code.i32_const(answer),
        Does::Trap => code.unreachable(),
        Does::LoopForEver => code.loop_(BlockType::Empty).br(0).end().unreachable(),
    };
    code.end();
    function
}

/// `cabi_realloc` that only ever takes more.
fn realloc() -> Function {
    let (align, size, at) = (2, 3, 4);
    let mut function = Function::new([(1, ValType::I32)]);
    let mut code = function.instructions();
    code.global_get(0).local_get(align).i32_add().i32_const(1).i32_sub();
    code.i32_const(0).local_get(align).i32_sub().i32_and().local_tee(at);
    code.local_get(size).i32_add().global_set(0).local_get(at).end();
    function
}
