//! The page: its console and its downloads.

use std::error::Error;

use bevy_ecs::error::Result;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, HtmlAnchorElement, Url};

/// Writes the figures to the console, and offers the recording as a file.
pub(crate) fn publish(figures: &str, recording: &[u8]) -> Result {
    web_sys::console::log_1(&figures.into());
    download("game.fa", recording).map_err(|error| Box::<dyn Error + Send + Sync>::from(format!("{error:?}")))?;
    Ok(())
}

fn download(name: &str, bytes: &[u8]) -> core::result::Result<(), JsValue> {
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes)))?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let document = web_sys::window().and_then(|window| window.document()).ok_or("no page")?;
    let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    Ok(())
}
