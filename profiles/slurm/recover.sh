#!/usr/bin/env bash
# After the machine or process that ran Snakemake has died: end the jobs that it left in the queue, wait until they are
# gone, and unlock the folder. Then give the same snakemake command again. Run it in the folder of the run, with the
# same --configfile if you gave one:  profiles/slurm/recover.sh [--configfile FILE ...]
#
# Snakemake does not find its old jobs again: it would start each a second time, and two would write the same files.
# A training that is ended here goes on after its last epoch. To let running jobs finish first, wait until
# `squeue --me` shows none; then this only unlocks.
set -euo pipefail

# jobs of mine whose folder is this one
left() {
    squeue --me --noheader --format='%A %Z' | while read -r job folder; do
        [ "$folder" != "$PWD" ] && [ "$folder" != "$(pwd -P)" ] || echo "$job"
    done
}

left | xargs --no-run-if-empty scancel
while [ -n "$(left)" ]; do sleep 1; done
snakemake --unlock "$@"
