use super::common::*;
use crate::data::*;
use std::io;

/// A program on WASI can't look at the machine: every function gives an error.
pub struct PlatformImpl;

fn unsupported<T>() -> io::Result<T> {
    Err(io::ErrorKind::Unsupported.into())
}

impl Platform for PlatformImpl {
    fn new() -> Self {
        PlatformImpl
    }

    fn cpu_load(&self) -> io::Result<DelayedMeasurement<Vec<CPULoad>>> {
        unsupported()
    }

    fn load_average(&self) -> io::Result<LoadAverage> {
        unsupported()
    }

    fn memory(&self) -> io::Result<Memory> {
        unsupported()
    }

    fn swap(&self) -> io::Result<Swap> {
        unsupported()
    }

    fn uptime(&self) -> io::Result<Duration> {
        unsupported()
    }

    fn boot_time(&self) -> io::Result<OffsetDateTime> {
        unsupported()
    }

    fn battery_life(&self) -> io::Result<BatteryLife> {
        unsupported()
    }

    fn on_ac_power(&self) -> io::Result<bool> {
        unsupported()
    }

    fn mounts(&self) -> io::Result<Vec<Filesystem>> {
        unsupported()
    }

    fn block_device_statistics(&self) -> io::Result<BTreeMap<String, BlockDeviceStats>> {
        unsupported()
    }

    fn networks(&self) -> io::Result<BTreeMap<String, Network>> {
        unsupported()
    }

    fn network_stats(&self, _interface: &str) -> io::Result<NetworkStats> {
        unsupported()
    }

    fn cpu_temp(&self) -> io::Result<f32> {
        unsupported()
    }

    fn socket_stats(&self) -> io::Result<SocketStats> {
        unsupported()
    }
}
