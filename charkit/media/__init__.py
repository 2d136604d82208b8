"""Pictures, clips and sound as files: looking into them, preparing, previewing and joining them; knows no character."""
