"""python -m graph"""

import gc

gc.disable()  # before the imports: collecting garbage while modules load costs a tenth of each start. `serve` switches it on again.

from graph.cli import main  # noqa: E402

if __name__ == "__main__":
    main(prog_name="./run")
