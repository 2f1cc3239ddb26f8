//! Batteries, of which a program on WASI can't hear.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::sync::Arc;

use super::traits::{BatteryDevice, BatteryIterator, BatteryManager};
use crate::units::{ElectricPotential, Energy, Power, ThermodynamicTemperature};
use crate::{Error, Result, State, Technology};

/// The manager, which can't be made.
#[derive(Debug)]
pub struct WasiManager(Infallible);

/// Batteries of no manager.
#[derive(Debug)]
pub struct WasiIterator(Infallible);

/// A battery, of which there is none.
#[derive(Debug)]
pub struct WasiDevice(Infallible);

impl BatteryManager for WasiManager {
    type Iterator = WasiIterator;

    fn new() -> Result<Self> {
        Err(Error::new(
            ErrorKind::Unsupported.into(),
            "WASI does not tell of batteries",
        ))
    }

    fn refresh(&self, _: &mut WasiDevice) -> Result<()> {
        match self.0 {}
    }
}

impl Iterator for WasiIterator {
    type Item = Result<WasiDevice>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.0 {}
    }
}

impl BatteryIterator for WasiIterator {
    type Manager = WasiManager;
    type Device = WasiDevice;

    fn new(manager: Arc<WasiManager>) -> Result<Self> {
        match manager.0 {}
    }
}

macro_rules! none {
    ($($name:ident $kind:ty;)*) => {
        impl BatteryDevice for WasiDevice {
            $(
                fn $name(&self) -> $kind {
                    match self.0 {}
                }
            )*
        }
    };
}

none! {
    energy Energy;
    energy_full Energy;
    energy_full_design Energy;
    energy_rate Power;
    state State;
    voltage ElectricPotential;
    temperature Option<ThermodynamicTemperature>;
    vendor Option<&str>;
    model Option<&str>;
    serial_number Option<&str>;
    technology Technology;
    cycle_count Option<u32>;
}
