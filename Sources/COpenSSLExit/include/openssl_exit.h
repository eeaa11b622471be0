#pragma once
// Nothing to call: the module acts when the process starts.
