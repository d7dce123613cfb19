//! How WebAssembly is compiled and run.

use std::time::Duration;

use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// How often running guests let others have the thread. Deadlines are as fine as this.
const TICK: Duration = Duration::from_millis(10);
/// The guest's own stack.
const WASM_STACK: usize = 1 << 20;
/// The stack that guest and host functions share.
const STACK: usize = 2 << 20;
/// Linear memories that one component may have.
const MEMORIES: u32 = 2;
/// Tables that one component may have.
const TABLES: u32 = 8;
/// Elements of one table: those of a JavaScript or Python engine count by ten thousands.
const ELEMENTS: usize = 100_000;
/// Core instances that one component may have: Python's take some thirty.
const CORE_INSTANCES: u32 = 64;

/// The engine, and the thread that counts its epochs for as long as it lives.
///
/// Instances come from a pool that reserves address space for `slots` of them. Where the system does not give so much
/// (a limit on virtual memory, a small address space), instances are allocated one by one: slower, and otherwise the
/// same.
pub(super) fn engine(slots: u32) -> wasmtime::Result<Engine> {
    let mut config = config();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(slots)));
    let engine = match Engine::new(&config) {
        Ok(engine) => engine,
        Err(error) => {
            tracing::warn!(slots, "no pool of instances, they are allocated one by one: {error:#}");
            config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
            Engine::new(&config)?
        }
    };
    tick(&engine)?;
    Ok(engine)
}

/// What makes the same run the same everywhere: fuel, canonical NaNs, relaxed SIMD in its one strict form.
fn config() -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .epoch_interruption(true)
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        .memory_init_cow(true)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(STACK);
    config
}

fn pool(slots: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(slots)
        .total_core_instances(slots.saturating_mul(CORE_INSTANCES))
        .total_memories(slots.saturating_mul(MEMORIES))
        .total_tables(slots.saturating_mul(TABLES))
        .total_stacks(slots)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(TABLES)
        .table_elements(ELEMENTS)
        .max_memory_size(4 << 30)
        .linear_memory_keep_resident(256 << 10)
        .table_keep_resident(64 << 10)
        .async_stack_keep_resident(64 << 10)
        .max_unused_warm_slots(slots);
    pool
}

fn tick(engine: &Engine) -> wasmtime::Result<()> {
    let weak = engine.weak();
    let count = move || {
        while let Some(engine) = weak.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    };
    std::thread::Builder::new().name("wasm-epochs".to_owned()).spawn(count)?;
    Ok(())
}
