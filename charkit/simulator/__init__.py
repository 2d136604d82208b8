"""A local server that speaks the wire formats of the real services, so that everything runs before anyone owns a key.

    server       the HTTP server on 127.0.0.1; `python -m charkit.simulator --port 0 --state DIR` starts it
    wires        what a wire is: doors, its own error bodies, the record of every request
      openai_*   /openai/v1   /videos as OpenAI last documented it, /images/generations and /images/edits
      muse_*     /muse/v1     /videos as a gateway of the new-api family speaks it
      gemini_*   /google      generateContent, Interactions, files
    control      /control     health, record of what arrived, charges
    workshop     accepts jobs, draws them in the background, remembers them across restarts
      briefs     the neutral form of what is asked for; its digest is the seed: same request, same frames
      jobs       the table on disk; shelf: the bytes on disk; record: what arrived, field by field
      faults     refusals and failures on request; prices: what it charges
    rendering    the process pool (worker: what runs in it) around direction, clip and the drawing modules

It imports nothing of charkit but `charkit.errors`, and nothing of charkit imports it.
"""
